#pragma once

#include <string>
#include <string_view>

#include "crystal/formats/structure_format.hpp"

namespace spinel {

/// VASP's POSCAR and CONTCAR: comment (info "comment"), scale (one number, a negative one is minus the volume in Å³; or
/// three positive ones for x, y, z), three lattice vectors, symbols, counts (each over several lines where there are
/// many), [Selective dynamics], Direct (or Fractional) or Cartesian, atoms with any text behind them, [lattice
/// velocities, skipped], [velocities, Cartesian, Å/fs]. Periodic along all directions.
///
/// Symbols may carry a POTCAR suffix ('Ti_pv', 'Si/8af1…') or a charge ('Mg2+'). Where the line of symbols is missing
/// (VASP 4) they are options.species, else what stands behind the atoms, else the title where it is one symbol for each
/// count. Velocities that are all zero, as a relaxation leaves them, count as none. Selective dynamics frees or fixes
/// motion along lattice vectors; where that is not the same as along x, y, z the file is refused. InputError with file
/// and line.
Structure read_poscar(const std::string& header, LineReader& lines, const ReadOptions& options);

/// VASP's XDATCAR: the head of a POSCAR, which may come again where the cell changes, and configurations of atoms. One
/// that breaks off is wrong by itself.
Structure read_xdatcar(const std::string& header, LineReader& lines, const ReadOptions& options);
StructureIndex index_xdatcar(LineReader& lines);

/// Writes VASP 5 with Direct coordinates, velocities and Selective dynamics where the structure has them. Atoms are
/// grouped by species, as VASP expects them, in the order of the species and otherwise of the structure; a cell that is
/// not periodic is written as it is. Throws Error where fixed components cannot be written along lattice vectors.
void write_poscar(const std::string& path, const Structure& structure);

}  // namespace spinel
