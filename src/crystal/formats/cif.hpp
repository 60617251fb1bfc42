#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crystal/structure.hpp"

namespace spinel {

/// Which block of a CIF file, and how its labels are taken.
struct CifOptions {
  std::string block;        ///< name of the data block; empty: see `index`
  std::int64_t index = -1;  ///< of the block among those with atoms, from 0; −1: the first
  bool allow_labels = false;
};

/// A small-molecule or inorganic CIF, expanded to all atoms of the unit cell; periodic along all directions, a along x,
/// b in the xy plane. Read with gemmi. Symmetry is, in this order, the loop of operations, the Hall symbol, the
/// Hermann–Mauguin symbol, the number of the space group, else P1. Images of a site nearer than 0.2 Å are one atom (a
/// special position, given to few digits). The element is _atom_site_type_symbol, else the letters of the label.
///
/// InputError with the file, and the line where the text or loop at fault begins: broken syntax, missing cell or
/// coordinates, unknown symmetry, partial or shared occupancy (naming the site), two sites at one place.
/// Info: "data_block", the name of the block.
Structure read_cif(const std::string& path, const CifOptions& options = {});
Structure parse_cif(std::string_view text, const std::string& name, const CifOptions& options = {});

/// Writes one data block in P1. The cell keeps its lengths and angles, not its orientation; velocities, forces and
/// fixed components are not written.
void write_cif(const std::string& path, const Structure& structure);

}  // namespace spinel
