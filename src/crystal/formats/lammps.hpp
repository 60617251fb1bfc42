#pragma once

#include "crystal/formats/structure_format.hpp"

namespace spinel {

/// Snapshots of a LAMMPS text dump (dump custom, atom): ITEM lines, cells of any shape, columns id, type, element, x y
/// z (also xu, xs, xsu), vx vy vz (Å/ps, units metal), fx fy fz, mass, q; atoms in the order of their ids. The elements
/// are those of the column, of options.type_map ("1" → "Mg"), or of the masses. InputError with file and line.
StructureIndex index_lammps_dump(LineReader& lines);
Structure read_lammps_dump(const std::string& header, LineReader& lines, const ReadOptions& options);

/// A LAMMPS data file (read_data, units metal): header, Masses, Atoms in the style that its comment names (atomic,
/// charge, molecular, full; without one, by the number of columns), Velocities; other sections are passed over. The
/// elements are those of options.type_map, of the comments behind the masses, or of the masses. InputError with file
/// and line.
Structure read_lammps_data(const std::string& header, LineReader& lines, const ReadOptions& options);

}  // namespace spinel
