#pragma once

#include <Eigen/Dense>
#include <array>
#include <cstdint>

namespace spinel {

/// Cartesian vector, a column: 24 bytes, no padding, so an array of them is an array of doubles x y z x y z …
using Vec3 = Eigen::Vector3d;
/// 3×3 matrix. A cell is a Mat3 whose rows are the lattice vectors a, b, c (Å).
using Mat3 = Eigen::Matrix3d;
/// Three integers: periodic images, grid coordinates.
using Int3 = std::array<int, 3>;

static_assert(sizeof(Vec3) == 3 * sizeof(double));

}  // namespace spinel
