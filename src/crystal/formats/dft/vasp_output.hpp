#pragma once

#include "crystal/formats/structure_format.hpp"

namespace spinel {

/// Every ionic step of VASP's vasprun.xml: cell, positions, forces (eV/Å), stress; info "energy" (extrapolated to no
/// smearing, e_0_energy), "free_energy", and "stress" in eV/Å³, tension positive. A step that breaks off, as of a run
/// that goes on, is wrong by itself. InputError with file and line.
StructureIndex index_vasprun(LineReader& lines);
Structure read_vasprun(const std::string& header, LineReader& lines, const ReadOptions& options);

/// The same of an OUTCAR, whose forces have fewer digits; with magnetic moments (the total of each atom, collinear, or
/// x, y and z) where LORBIT printed them.
StructureIndex index_outcar(LineReader& lines);
Structure read_outcar(const std::string& header, LineReader& lines, const ReadOptions& options);

}  // namespace spinel
