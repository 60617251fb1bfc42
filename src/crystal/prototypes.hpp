#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crystal/structure.hpp"

namespace spinel {

/// A crystal structure type in its conventional cell.
struct Prototype {
  struct Site {
    int species;     ///< from 0, in the order of the letters of `formula`
    double x, y, z;  ///< fractional
  };
  std::string name;                  ///< "rocksalt"
  std::vector<std::string> aliases;  ///< Strukturbericht and common names
  std::string formula;               ///< "AB": which species the first, the second … is
  double c_over_a;                   ///< where c is not given: ideal, or of the namesake where there is no ideal
  bool hexagonal;                    ///< gamma = 120° instead of 90°
  int space_group;                   ///< number in the International Tables
  std::vector<Site> sites;
};

/// All prototypes. Space groups and Wyckoff positions as in the AFLOW encyclopedia of crystallographic prototypes (Mehl
/// et al., Comput. Mater. Sci. 136, S1 (2017)).
const std::vector<Prototype>& prototypes();

/// By name or alias; case, blanks and punctuation do not matter ("L1_2", "l12"). InputError listing the names.
const Prototype& find_prototype(std::string_view name);

/// One conventional cell, periodic, a along x. `species` fill the letters of the formula in order; a is the lattice
/// constant (Å) of the conventional cell, b and c default (0) to a and c_over_a · a; other values strain the cell.
/// L1_0 has the fcc-like cell of four atoms with a and c/a = 1 as default, L1_1 the hexagonal cell of its rhombohedral
/// lattice with a = a_fcc/√2.
Structure make_prototype(std::string_view name, const std::vector<std::string>& species, double a, double b = 0.0,
                         double c = 0.0, bool allow_labels = false);

}  // namespace spinel
