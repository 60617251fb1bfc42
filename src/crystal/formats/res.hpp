#pragma once

#include "crystal/formats/structure_format.hpp"

namespace spinel {

/// SHELX *.res, also as AIRSS writes it: CELL, LATT, SYMM, SFAC and atoms up to HKLF or END, expanded to all atoms of
/// the unit cell with the rules of CIF (formats/cif/cif.hpp). Values of ten and more are fixed ones, occupancies count
/// the multiplicity of special positions. TITL of AIRSS gives info "pressure" (GPa), "enthalpy" and "energy" = enthalpy
/// − pressure · volume (eV). InputError with file and line.
Structure read_res(const std::string& header, LineReader& lines, const ReadOptions& options);

/// CASTEP *.cell: LATTICE_CART or LATTICE_ABC, POSITIONS_FRAC or POSITIONS_ABS, in Å, nm or bohr; labels ('Fe:1') and
/// what follows the coordinates but SPIN= are passed over. InputError with file and line.
Structure read_castep_cell(const std::string& header, LineReader& lines, const ReadOptions& options);

}  // namespace spinel
