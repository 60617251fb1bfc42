#include "parallel/cartesian_grid.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace spinel {

std::vector<Int3> grids_by_surface(int ranks, const Vec3& area, const std::array<bool, 3>& periodic) {
  if (ranks < 1) fail("a grid of {} ranks", ranks);
  std::vector<std::pair<double, Int3>> found;
  for (int i = ranks; i >= 1; --i) {
    if (ranks % i != 0) continue;
    for (int j = ranks / i; j >= 1; --j) {
      if (ranks / i % j != 0) continue;
      const Int3 grid = {i, j, ranks / i / j};
      double surface = 0.0;
      for (int k = 0; k < 3; ++k) {
        const auto d = static_cast<std::size_t>(k);
        surface += area[k] * (periodic[d] ? grid[d] : grid[d] - 1);
      }
      found.emplace_back(surface, grid);
    }
  }
  // Surfaces that differ by rounding only are ties.
  const double tie = 1e-9 * (area.sum() + found.front().first);
  std::stable_sort(found.begin(), found.end(), [tie](const auto& a, const auto& b) {
    return std::floor(a.first / tie + 0.5) < std::floor(b.first / tie + 0.5);
  });
  std::vector<Int3> grids;
  grids.reserve(found.size());
  for (const auto& entry : found) grids.push_back(entry.second);
  return grids;
}

Vec3 face_areas(const Mat3& cell) {
  const Vec3 a = cell.row(0), b = cell.row(1), c = cell.row(2);
  return {b.cross(c).norm(), c.cross(a).norm(), a.cross(b).norm()};
}

}  // namespace spinel
