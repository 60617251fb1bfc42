#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "core/vec3.hpp"
#include "crystal/structure.hpp"

namespace spinel {

/// Data of an engine that travel with each owned atom when it migrates (a time origin, a spring center, …).
struct AtomColumn {
  std::string name;
  int width = 1;               ///< doubles per atom
  std::vector<double> values;  ///< [owned atom][width]
};

/// The atoms of one rank: owned ones first, then ghosts, which are copies of atoms owned by some rank (this one
/// included) shifted by whole lattice vectors. Arrays marked "all" cover owned and ghosts, the others owned only.
struct LocalAtoms {
  Mat3 cell = Mat3::Identity();  ///< rows a, b, c (Å)
  std::array<bool, 3> periodic = {true, true, true};
  std::vector<Species> species;  ///< the same table on every rank
  std::int64_t n_global = 0;     ///< owned atoms of all ranks
  std::size_t n_owned = 0;
  std::size_t n_ghost = 0;

  std::vector<Vec3> position;       ///< all; Å. Owned ones are wrapped into the cell along periodic directions at each
                                    ///< migration, and may be a little outside between two
  std::vector<std::int32_t> type;   ///< all; index into species
  std::vector<std::int64_t> id;     ///< all; 0 … n_global − 1, the order of the input structure
  std::vector<Vec3> velocity;       ///< Å/fs
  std::vector<Int3> image;          ///< unwrapped position = position + image·cell
  std::vector<std::uint8_t> fixed;  ///< bit k set: component k does not move
  std::vector<Vec3> build_position;    ///< positions at the last build of ghosts and neighbor lists
  Mat3 build_cell = Mat3::Identity();  ///< the cell at that build
  std::vector<AtomColumn> columns;     ///< the same names and widths on every rank

  std::size_t n_all() const { return n_owned + n_ghost; }
  double mass(std::size_t i) const { return species[static_cast<std::size_t>(type[i])].mass; }
  double volume() const { return cell.determinant(); }
  Vec3 unwrapped(std::size_t i) const {
    const Int3& n = image[i];
    return position[i] + cell.transpose() * Vec3(n[0], n[1], n[2]);
  }
};

/// Fractional coordinates of the owned atoms, those along periodic directions wrapped into [0, 1): what
/// Decomposition::balance and Decomposition::owner take.
std::vector<Vec3> wrapped_fractional(const LocalAtoms& atoms);

/// Wraps one fractional coordinate into [0, 1); the result is exactly s − whole, or 0 where that would round to 1.
struct Wrapped {
  double value, whole;
};
inline Wrapped wrap(double s) {
  const double whole = std::floor(s);
  const double value = s - whole;
  return value < 1.0 ? Wrapped{value, whole} : Wrapped{0.0, whole + 1.0};
}

}  // namespace spinel
