#pragma once

#include <cstdint>
#include <vector>

#include "core/random.hpp"
#include "core/vec3.hpp"

namespace spinel {

/// A Wyckoff position: the places that one set of symmetry operations leaves where they are.
struct WyckoffPosition {
  int multiplicity = 0;             ///< places in the conventional cell that are the same by symmetry
  int freedom = 0;                  ///< free parameters, 0 … 3
  Mat3 projection = Mat3::Zero();   ///< of any fractional place x to one that is left where it is: …
  Vec3 shift = Vec3::Zero();        ///< … projection · x + shift
  std::vector<int> representative;  ///< [multiplicity] operations that take it to all its places
};

/// A space group in the first of spglib's settings of it (Hall symbols; unique axis b, hexagonal axes, first origin):
/// its operations, and its Wyckoff positions, which are found from them alone.
///
/// For every point of a grid of 1/24 of the cell, on which all operations of all groups and all points that they fix
/// lie, the operations that fix it are collected in whole numbers; each subgroup of them that fixes the points of a
/// line, a plane or the point alone is a position, unless an operation of the group takes it to one found before.
class SpaceGroup {
 public:
  /// 1 … 230. Groups are made when they are first asked for, and kept. Not for two threads at once.
  static const SpaceGroup& of(int number);

  int number() const { return number_; }
  /// By multiplicity, then freedom, ascending; the general position is the last.
  const std::vector<WyckoffPosition>& positions() const { return positions_; }
  int n_operations() const { return static_cast<int>(rotations_.size()); }  ///< in the conventional cell
  int centering() const { return centering_; }                              ///< lattice points in the conventional cell

  /// All places (fractional, any image) of a position for free parameters taken from x.
  std::vector<Vec3> places(const WyckoffPosition& position, const Vec3& x) const;
  /// A cell that the group allows, of volume 1, with vectors as different as a random one's.
  Mat3 random_cell(RandomSequence& random) const;
  /// Rows: vectors of a primitive cell in those of the conventional one.
  const Mat3& primitive() const { return primitive_; }

 private:
  explicit SpaceGroup(int number);
  void find_positions();
  void add_positions(const std::array<int, 3>& point);
  bool is_known(const WyckoffPosition& position) const;
  void find_primitive();

  int number_, centering_ = 1;
  std::vector<Mat3> rotations_;
  std::vector<std::array<int, 9>> rotation_;     // the same in whole numbers
  std::vector<std::array<int, 3>> translation_;  // in 1/24
  Mat3 primitive_ = Mat3::Identity();
  std::vector<WyckoffPosition> positions_;
  std::vector<std::vector<Vec3>> residuals_;  // [position] what lattice vectors are off it, each once
};

}  // namespace spinel
