#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crystal/formats/text_file.hpp"
#include "crystal/structure.hpp"

namespace spinel {

/// VASP's POSCAR and CONTCAR: comment (info "comment"), scale (one number, a negative one is minus the volume in Å³; or
/// three positive ones for x, y, z), three lattice vectors, symbols, counts, [Selective dynamics], Direct or Cartesian,
/// atoms, [lattice velocities, skipped], [velocities, Cartesian, Å/fs]. Periodic along all directions.
///
/// Symbols may carry a POTCAR suffix ('Ti_pv', 'Si/8af1…'). A file without the line of symbols (VASP 4) needs
/// `species`, one name for each count. Velocities that are all zero, as a relaxation leaves them, count as none.
/// Selective dynamics frees or fixes motion along lattice vectors; where that is not the same as along x, y, z the file
/// is refused. InputError with file and line.
Structure read_poscar(const std::string& path, const std::vector<std::string>& species = {}, bool allow_labels = false);
Structure parse_poscar(std::string_view text, const std::string& name, const std::vector<std::string>& species = {},
                       bool allow_labels = false);

/// Writes VASP 5 with Direct coordinates, velocities and Selective dynamics where the structure has them. Atoms are
/// grouped by species, as VASP expects them, in the order of the species and otherwise of the structure; a cell that is
/// not periodic is written as it is. Throws Error where fixed components cannot be written along lattice vectors.
void write_poscar(const std::string& path, const Structure& structure);

}  // namespace spinel
