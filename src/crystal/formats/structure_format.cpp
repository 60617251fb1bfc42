#include "crystal/formats/structure_format.hpp"

#include <filesystem>

#include "crystal/formats/cif/cif.hpp"
#include "crystal/formats/dft/dft_output.hpp"
#include "crystal/formats/dft/vasp_output.hpp"
#include "crystal/formats/lammps.hpp"
#include "crystal/formats/poscar.hpp"
#include "crystal/formats/res.hpp"
#include "crystal/formats/xyz/extended_xyz.hpp"

namespace spinel {

namespace {

bool ends_with(const std::string& name, std::string_view end) {
  return name.size() > end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
}
bool begins_with(const std::string& name, std::string_view begin) { return name.rfind(begin, 0) == 0; }

bool is_xyz(const std::string& name) { return ends_with(name, ".xyz") || ends_with(name, ".extxyz"); }
bool is_cif(const std::string& name) { return ends_with(name, ".cif") || ends_with(name, ".mcif"); }
bool is_xdatcar(const std::string& name) { return begins_with(name, "xdatcar"); }
bool is_poscar(const std::string& name) {
  return ends_with(name, ".vasp") || ends_with(name, ".poscar") || begins_with(name, "poscar") ||
         begins_with(name, "contcar") || begins_with(name, "sposcar");
}

/// Of a format with one structure a file.
StructureIndex index_whole(LineReader& lines) {
  std::string_view line;
  while (lines.next(line)) {
  }
  return {"", {{0, lines.offset(), 0}}, {}};
}

bool is_res(const std::string& name) { return ends_with(name, ".res"); }
bool is_castep_cell(const std::string& name) { return ends_with(name, ".cell"); }
bool is_vasprun(const std::string& name) {
  return name.find("vasprun") != std::string::npos && name.find(".xml") != std::string::npos;
}
bool is_outcar(const std::string& name) { return begins_with(name, "outcar") || ends_with(name, ".outcar"); }
bool is_dft_output_name(const std::string& name) { return ends_with(name, ".out") || ends_with(name, ".pwo"); }
bool is_lammps_dump(const std::string& name) {
  return ends_with(name, ".lammpstrj") || ends_with(name, ".dump") || begins_with(name, "dump.");
}
bool is_lammps_data(const std::string& name) {
  return ends_with(name, ".lmp") || ends_with(name, ".lammps") || ends_with(name, ".data");
}

constexpr StructureFormat formats[] = {
    {"extended XYZ", "xyz", "frame", "*.xyz, *.extxyz", false, false, is_xyz, index_xyz, read_xyz_frame},
    {"CIF", "cif", "block", "*.cif, *.mcif", false, true, is_cif, index_cif, read_cif_block},
    {"vasprun.xml", "vasprun", "step", "*vasprun*.xml", false, true, is_vasprun, index_vasprun, read_vasprun},
    {"OUTCAR", "outcar", "step", "OUTCAR*", false, true, is_outcar, index_outcar, read_outcar},
    {"XDATCAR", "xdatcar", "configuration", "XDATCAR*", false, true, is_xdatcar, index_xdatcar, read_xdatcar},
    {"DFT output", "dft_output", "step", "*.out, *.pwo", false, true, is_dft_output_name, index_dft_output,
     read_dft_output},
    {"POSCAR", "poscar", "structure", "POSCAR*, CONTCAR*, SPOSCAR*, *.vasp, *.poscar", true, true, is_poscar,
     index_whole, read_poscar},
    {"SHELX or AIRSS", "res", "structure", "*.res", true, true, is_res, index_whole, read_res},
    {"CASTEP cell", "castep_cell", "structure", "*.cell", true, true, is_castep_cell, index_whole, read_castep_cell},
    {"LAMMPS dump", "lammps_dump", "snapshot", "*.lammpstrj, *.dump, dump.*", false, true, is_lammps_dump,
     index_lammps_dump, read_lammps_dump},
    {"LAMMPS data", "lammps_data", "structure", "*.lmp, *.lammps, *.data", true, true, is_lammps_data, index_whole,
     read_lammps_data},
};

}  // namespace

const StructureFormat* structure_format(const std::string& path) {
  std::filesystem::path name = lower_case(std::filesystem::path(path).filename().string());
  if (name.extension() == ".gz") name = name.stem();
  const std::string text = name.string();
  for (const StructureFormat& format : formats)
    if (format.has_name(text)) return &format;
  return nullptr;
}

const StructureFormat* structure_format_named(std::string_view key) {
  for (const StructureFormat& format : formats)
    if (key == format.key) return &format;
  return nullptr;
}

std::size_t structure_number(const StructureFormat& format, const std::string& name, std::int64_t frame,
                             std::size_t n) {
  if (n == 0) fail_input("{}: the file is empty", name);
  const auto size = static_cast<std::int64_t>(n), number = frame < 0 ? size + frame : frame;
  if (number < 0 || number >= size)
    fail_input("{}: {} {} is asked for, but there {} (from 0)", name, format.record, frame,
               size == 1 ? "is only one" : fmt::format("are only {}", size));
  return static_cast<std::size_t>(number);
}

Structure parse_structure(const StructureFormat& format, std::string_view text, const std::string& name,
                          std::int64_t frame, const ReadOptions& options) {
  LineReader looked(text, name);
  const StructureIndex index = format.index(looked);
  const std::size_t number = structure_number(format, name, frame, index.pieces.size());
  const TextPiece& piece = index.pieces[number];
  LineReader lines(text.substr(static_cast<std::size_t>(piece.offset), static_cast<std::size_t>(piece.size)), name,
                   piece.lines_before);
  return format.read(index.header, lines, options);
}

std::string structure_file_names() {
  std::string names;
  for (const StructureFormat& format : formats) names += (names.empty() ? "" : ", ") + std::string(format.files);
  return names;
}

}  // namespace spinel
