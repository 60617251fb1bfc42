#pragma once

#include <string>
#include <string_view>

#include "crystal/formats/structure_format.hpp"

namespace spinel {

/// CIF of small-molecule and inorganic crystals, and magCIF, every data block with sites a structure, expanded to all
/// atoms of the unit cell; periodic along all directions, a along x, b in the xy plane.
///
/// Symmetry is, in this order, the loop of operations (those of magCIF times their centrings), the Hall symbol, the
/// Hermann–Mauguin symbol, the number of the space group, else P1. Images of a site nearer than 0.2 Å are one atom (a
/// special position, given to few digits). Angles that are not given are 90°, or what the group fixes. The element is
/// that of _atom_site_type_symbol, else of the label; where a label leaves it open ('CO1', 'T1', 'Wat'), the formula
/// decides.
///
/// The content of the cell is compared with _chemical_formula_sum × _cell_formula_units_Z, and the operations with the
/// named group. Where they contradict each other, options.trust decides; hydrogen that has no sites is only told. Info:
/// "data_block", the name of the block. Moments of magCIF become magnetic_moment.
///
/// InputError with the file, and the line where the text or loop at fault begins: a broken loop of sites or operations,
/// missing cell or coordinates, unknown symmetry, operations that do not keep the cell, partial or shared occupancy
/// (naming the site), elements that nothing decides, two sites at one place. What else is odd is a warning.
Structure read_cif_block(const std::string& header, LineReader& lines, const ReadOptions& options);
StructureIndex index_cif(LineReader& lines);

/// The last structure of a text or file.
Structure parse_cif(std::string_view text, const std::string& name, const ReadOptions& options = {});

/// Writes one data block in P1. The cell keeps its lengths and angles, not its orientation; velocities, forces and
/// fixed components are not written.
void write_cif(const std::string& path, const Structure& structure);

}  // namespace spinel
