#include "fuzz_structures.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz_structures("dft_output", data, size);
  return 0;
}
