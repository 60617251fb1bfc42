#include "crystal/formats/structure_file.hpp"

#include <filesystem>

#include "crystal/formats/cif.hpp"
#include "crystal/formats/extended_xyz.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/json_records.hpp"
#include "crystal/formats/poscar.hpp"

namespace spinel {

namespace {

enum class Format { xyz, poscar, cif };

Format format_of(const std::string& path) {
  std::filesystem::path name = lower_case(std::filesystem::path(path).filename().string());
  if (name.extension() == ".gz") name = name.stem();
  const std::string extension = name.extension().string();
  if (extension == ".xyz" || extension == ".extxyz") return Format::xyz;
  if (extension == ".cif") return Format::cif;
  const std::string text = name.string();
  if (extension == ".vasp" || extension == ".poscar" || text.rfind("poscar", 0) == 0 || text.rfind("contcar", 0) == 0)
    return Format::poscar;
  fail_input(
      "{}: the format of a structure is recognized by its name: *.xyz, *.extxyz, *.cif, *.vasp, POSCAR*, CONTCAR*, or "
      "one of "
      "them with .gz",
      path);
}

}  // namespace

Structure read_structure(const std::string& path, const ReadOptions& options) {
  if (is_json_name(path)) return read_json_structure(path, options.frame, options.allow_labels);
  switch (format_of(path)) {
    case Format::xyz:
      return read_xyz(path, options.frame, options.allow_labels);
    case Format::cif:
      return read_cif(path, {"", options.frame, options.allow_labels});
    case Format::poscar:
      break;
  }
  if (options.frame > 0) fail_input("{}: frame {} is asked for, but a POSCAR has only one", path, options.frame);
  return read_poscar(path, options.species, options.allow_labels);
}

void write_structure(const std::string& path, const Structure& structure) {
  switch (format_of(path)) {
    case Format::xyz:
      return write_xyz(path, structure);
    case Format::cif:
      return write_cif(path, structure);
    case Format::poscar:
      return write_poscar(path, structure);
  }
}

void check_structure_format(const std::string& path) { format_of(path); }

}  // namespace spinel
