#pragma once

#include <filesystem>
#include <string>

#include "input/parameters.hpp"

namespace spinel {

/// The path of a file that the input names: in the folder of the input file, else where it is from the current one.
/// Where there is neither, the former, for messages. Not collective: a network file system may show a new file to some
/// ranks later than to others, so one rank looks and tells.
inline std::string find_beside_input(const Input& input, const std::string& given) {
  namespace fs = std::filesystem;
  const fs::path beside = fs::path(input.locations.file).parent_path() / given;
  return fs::exists(beside) || !fs::exists(given) ? beside.string() : given;
}

}  // namespace spinel
