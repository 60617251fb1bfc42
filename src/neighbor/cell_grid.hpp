#pragma once

#include <cstdint>
#include <vector>

#include "core/vec3.hpp"

namespace spinel {

/// Columns along z over the bounding box of points: width in x and y, finer slices in z. Cells of one column are
/// contiguous: cell = (ix·n[1] + iy)·n[2] + iz.
struct CellGrid {
  Vec3 low = Vec3::Zero();
  Vec3 high = Vec3::Zero();
  Vec3 inverse_width = Vec3::Zero();
  Int3 n = {1, 1, 1};

  /// Cells of about the given widths (Å), enlarged where the box would hold far more cells than points.
  CellGrid(const std::vector<Vec3>& points, std::size_t n_points, const Vec3& width);

  std::size_t size() const {
    return static_cast<std::size_t>(n[0]) * static_cast<std::size_t>(n[1]) * static_cast<std::size_t>(n[2]);
  }
  int place(double x, int axis) const {
    const int i = static_cast<int>((x - low[axis]) * inverse_width[axis]);
    return i < 0 ? 0 : (i >= n[static_cast<std::size_t>(axis)] ? n[static_cast<std::size_t>(axis)] - 1 : i);
  }
  std::size_t cell(int ix, int iy, int iz) const {
    return (static_cast<std::size_t>(ix) * static_cast<std::size_t>(n[1]) + static_cast<std::size_t>(iy)) *
               static_cast<std::size_t>(n[2]) +
           static_cast<std::size_t>(iz);
  }
};

}  // namespace spinel
