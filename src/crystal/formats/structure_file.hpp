#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crystal/structure.hpp"

namespace spinel {

struct ReadOptions {
  /// XYZ and JSON: frame or record from 0, negative from the end; CIF: block with atoms, −1 the first.
  std::int64_t frame = -1;
  bool allow_labels = false;         ///< reduced units: any label is a species of mass 1 (species_from_symbol)
  std::vector<std::string> species;  ///< for a VASP 4 POSCAR: the symbols it lacks
};

/// Reads a structure in the format that its name states: *.xyz, *.extxyz; *.cif; *.vasp, *.poscar, POSCAR*, CONTCAR*;
/// *.json, *.jsonl, *.ndjson (json_records.hpp); each also gzipped with .gz after it. Cells are regular afterwards
/// (regularize_cell). InputError with file and line.
Structure read_structure(const std::string& path, const ReadOptions& options = {});

/// Writes it in the format that its name states, JSON excepted, whole or not at all (TextWriter). Throws Error where it
/// cannot be written, and InputError where the name states no format.
void write_structure(const std::string& path, const Structure& structure);

/// InputError where the name states no format that one structure is also written in.
void check_structure_format(const std::string& path);

}  // namespace spinel
