// Whatever the text, it is rows of cells, or an InputError that names the file.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.hpp"
#include "crystal/formats/csv_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinel;
  try {
    CsvReader rows(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz");
    for (std::vector<std::string> cells; rows.next(cells);)
      if (cells.empty()) std::abort();
  } catch (const InputError& error) {
    if (std::string_view(error.what()).substr(0, 4) != "fuzz") std::abort();
  }
  return 0;
}
