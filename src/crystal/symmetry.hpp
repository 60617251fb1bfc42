#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crystal/structure.hpp"

namespace spinel {

struct SymmetryInfo {
  int number = 0;      ///< of the space group, International Tables
  std::string symbol;  ///< short Hermann–Mauguin, "Fm-3m"
};

/// The space group found by spglib (Togo & Tanaka, arXiv:1808.01590) with atoms allowed to be `tolerance` (Å) off;
/// species of equal symbol are equal. Periodicity is taken as given along all directions. Throws Error where spglib
/// finds none, as with atoms nearer than the tolerance.
SymmetryInfo symmetry(const Structure& structure, double tolerance = 1e-3);

/// The space group of a structure and where its atoms are in it.
struct WyckoffSites {
  int number = 0;                    ///< of the space group
  std::vector<std::int32_t> letter;  ///< [atom] of its Wyckoff position, 0: a
  std::vector<std::int32_t> orbit;   ///< [atom] the first atom that a symmetry operation takes to it
};

/// As symmetry() finds it.
WyckoffSites wyckoff_sites(const Structure& structure, double tolerance = 1e-3);

/// A symmetry operation of a structure and what it does to the atoms.
struct AtomSymmetry {
  Mat3 rotation = Mat3::Identity();  ///< fractional: s → rotation · s + translation
  Vec3 translation = Vec3::Zero();
  std::vector<std::int64_t> image;  ///< [atom] the atom of the same species that it is taken to, to `tolerance`
};

/// All operations of the space group as above, translations of a cell that is not primitive included. Throws Error
/// where there are so many operations and atoms that a primitive cell should be used instead (10⁸ of their product).
std::vector<AtomSymmetry> atom_symmetries(const Structure& structure, double tolerance = 1e-3);

}  // namespace spinel
