// Runs a fuzz target on files given by name or by folder, without libFuzzer.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

int replay(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  try {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), error.what());
    return 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  int n = 0, failed = 0;
  for (int k = 1; k < argc; ++k) {
    if (!std::filesystem::is_directory(argv[k])) {
      ++n;
      failed += replay(argv[k]);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[k]))
      if (entry.is_regular_file()) {
        ++n;
        failed += replay(entry.path());
      }
  }
  std::printf("%d inputs, %d failed\n", n, failed);
  return failed > 0 || n == 0 ? 1 : 0;
}
