#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "crystal/structure.hpp"

namespace spinel {

/// A crystal as structures are compared: in its Niggli cell, the primitive one where asked, atoms of one species
/// together.
struct ReducedCell {
  struct Group {
    std::string symbol;
    int first = 0, count = 0;
  };
  Mat3 cell = Mat3::Zero();                       ///< rows a, b, c (Å), right-handed
  std::vector<Group> groups;                      ///< species, each once
  std::array<std::vector<double>, 3> coordinate;  ///< [axis][atom] fractional, in [0, 1)

  int size() const { return static_cast<int>(coordinate[0].size()); }
  double volume() const { return cell.determinant(); }  ///< Å³
  const Group* find(const std::string& symbol) const;
};

/// Niggli-reduces the cell and, with `primitive`, looks for a smaller one that repeats the atoms to `tolerance` (Å
/// along each lattice vector), as often as one is found; atoms that fall together are averaged. The definition of
/// pymatgen's Structure.get_primitive_structure: looser than a search for symmetry, so that noise does not hide a
/// supercell. The structure is taken as periodic in all directions. InputError where the cell is not right-handed.
ReducedCell reduced_cell(const Structure& structure, bool primitive = true, double tolerance = 0.25);

/// A difference of fractional coordinates to the nearest periodic image, in [−½, ½].
inline double periodic(double x) { return x - std::nearbyint(x); }

}  // namespace spinel
