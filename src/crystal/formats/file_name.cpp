#include "crystal/formats/file_name.hpp"

#include <filesystem>

#include "core/text.hpp"
#include "crystal/formats/dft/dft_output.hpp"
#include "crystal/formats/structure_format.hpp"

namespace spinel {

namespace fs = std::filesystem;

bool has_extension(const std::string& path, const char* extension) {
  fs::path name = lower_case(fs::path(path).filename().string());
  if (name.extension() == ".gz") name = name.stem();
  return name.extension() == extension;
}

bool is_xyz_name(const std::string& path) { return has_extension(path, ".xyz") || has_extension(path, ".extxyz"); }

bool is_json_lines_name(const std::string& path) {
  return has_extension(path, ".jsonl") || has_extension(path, ".ndjson");
}

bool is_json_name(const std::string& path) { return has_extension(path, ".json") || is_json_lines_name(path); }

std::string stem_of(const std::string& path) {
  fs::path name = fs::path(path).filename();
  while (!name.extension().empty() && name.stem() != name) name = name.stem();
  return name.string();
}

bool is_structure_file(const std::string& path) {
  if (!fs::is_regular_file(path) || fs::path(path).filename().string().front() == '.') return false;
  const StructureFormat* format = structure_format(path);
  // Any program may write a *.out.
  return format != nullptr && (format->read != read_dft_output || is_dft_output(path));
}

}  // namespace spinel
