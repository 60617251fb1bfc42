#include "fingerprint/image_search.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "crystal/lattice.hpp"
#include "matching/lattice_reduction.hpp"

namespace spinel {

namespace {

/// The volume of a cell as a part of that of a box with the same edges, below which its vectors count as coplanar.
constexpr double least_volume = 1e-13;

}  // namespace

ImageSearch::ImageSearch(const Structure& structure) {
  const Mat3& cell = structure.cell;
  if (structure.size() == 0) fail_input("a structure without atoms has no neighbors");
  bool finite = cell.allFinite();
  for (const Vec3& r : structure.position) finite = finite && r.allFinite();
  if (!finite) fail_input("a coordinate or lattice vector of the structure is not finite");
  const double box = cell.row(0).norm() * cell.row(1).norm() * cell.row(2).norm();
  if (!(std::abs(structure.volume()) > least_volume * box)) fail_input("the lattice vectors lie in a plane");

  const Mat3 reduced = lll_reduced(cell);
  std::array<Vec3, 3> basis = {reduced.row(0), reduced.row(1), reduced.row(2)};
  std::sort(basis.begin(), basis.end(), [](const Vec3& u, const Vec3& v) { return u.squaredNorm() < v.squaredNorm(); });
  const Vec3 x = basis[0].normalized();
  Vec3 y = basis[1] - basis[1].dot(x) * x;
  y.normalize();
  Vec3 z = basis[2] - basis[2].dot(x) * x;
  z -= z.dot(y) * y;
  z.normalize();
  step_[0] = basis[0].norm();
  step_[1] = basis[1].dot(y);
  step_[2] = basis[2].dot(z);
  shift_yx_ = basis[1].dot(x);
  shift_zx_ = basis[2].dot(x);
  shift_zy_ = basis[2].dot(y);
  for (int k = 0; k < 3; ++k) per_step_[k] = 1.0 / step_[k];

  // Atoms inside the cell, so that differences between them keep their digits.
  Mat3 sorted;
  for (int k = 0; k < 3; ++k) sorted.row(k) = basis[static_cast<std::size_t>(k)];
  const Mat3 to_fractional = to_fractional_matrix(sorted);
  position_.reserve(structure.size());
  for (const Vec3& r : structure.position) {
    Vec3 s = to_fractional * r;
    for (int k = 0; k < 3; ++k) s[k] -= std::floor(s[k]);
    position_.emplace_back(s[0] * step_[0] + s[1] * shift_yx_ + s[2] * shift_zx_, s[1] * step_[1] + s[2] * shift_zy_,
                           s[2] * step_[2]);
  }
}

}  // namespace spinel
