#pragma once

#include "crystal/formats/structure_format.hpp"

namespace spinel {

/// Text output of Quantum ESPRESSO's pw.x (every self-consistent calculation of every run in it) or of CP2K (the first
/// step of every run: of later ones it prints no positions), told apart by what is in it. With energy (eV; of smeared
/// occupations the free energy, whose derivatives the forces are), forces (eV/Å), stress (eV/Å³, tension positive) and
/// magnetization where printed; info "converged", "code", "code_version", "total_magnetization" (μB). A step that
/// breaks off or has no energy is wrong by itself. InputError with file and line.
StructureIndex index_dft_output(LineReader& lines);
Structure read_dft_output(const std::string& header, LineReader& lines, const ReadOptions& options);

/// Does the file begin as such an output does? False where it cannot be read.
bool is_dft_output(const std::string& path);

}  // namespace spinel
