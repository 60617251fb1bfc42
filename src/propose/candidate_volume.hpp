#pragma once

#include <string>

#include "propose/known_crystals.hpp"

namespace spinel {

/// By which a substitution may change the volume.
constexpr double least_volume_factor = 0.5, largest_volume_factor = 1.5;

/// How the volume follows the elements.
enum class VolumeRule {
  bonds,   ///< the shortest bond over the sum of its covalent radii, min d_ij/(r_i + r_j), stays what it was
  radii,   ///< the volume goes as the sum of the cubes of the covalent radii
  parent,  ///< the volume stays
};
/// "bonds", "radii" or "parent".
VolumeRule volume_rule(const std::string& name);

/// Factor of all lengths of a parent whose elements are replaced, its cube within the two bounds above. `bonds` is the
/// idea of the data-mined lattice scheme (Chu et al., J. Phys. Chem. C 122 (2018)) with the radii of Cordero et al.
/// (Dalton Trans. 2008, 2832); where an element has none it falls back to 1.
double length_factor(const KnownCrystal& parent, const Assignment& elements, VolumeRule rule);

/// The same for a crystal that was made from a parent in some other way, of as many atoms per volume.
double length_factor(const KnownCrystal& parent, const KnownCrystal& made, VolumeRule rule);

/// The last element that has a covalent radius.
constexpr int last_with_radius = 103;
/// Cordero's covalent radius (Å), 0 where the element has none.
double radius_of(int atomic_number);

}  // namespace spinel
