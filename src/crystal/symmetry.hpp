#pragma once

#include <string>

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

}  // namespace spinel
