#pragma once

#include <cstdint>
#include <vector>

#include "crystal/structure.hpp"

namespace spinel {

/// A crystal described in the one way that does not depend on how it was given.
struct CanonicalCrystal {
  Mat3 cell = Mat3::Zero();                 ///< rows a, b, c (Å) of the primitive Niggli cell
  std::vector<std::uint8_t> atomic_number;  ///< [atom] not decreasing
  std::vector<double> fractional;           ///< [atom][3], an atom at 0

  std::size_t size() const { return atomic_number.size(); }
};

/// The crystal in its primitive Niggli cell, and of all choices that this leaves – the integer matrices that keep its
/// metric, which atom is at 0, the order of the atoms – the one whose list of species and coordinates comes first in
/// the order of the alphabet. Cells, orientations, translations and orders of atoms of the same crystal give the same
/// up to round-off. Coordinates that differ by less than 10⁻⁶ count as equal; a smaller cell has to repeat the atoms to
/// 0.01 Å. InputError where the cell is not right-handed, an atom is no element, or there are more than
/// 250 of them.
CanonicalCrystal canonical_crystal(const Structure& structure);

/// That, and behind it the crystal in the cell as it is given, with the same choices made, where that is primitive too
/// and its metric another.
std::vector<CanonicalCrystal> canonical_descriptions(const Structure& structure);

}  // namespace spinel
