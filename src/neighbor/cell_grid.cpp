#include "neighbor/cell_grid.hpp"

#include <algorithm>
#include <cmath>

namespace spinel {

CellGrid::CellGrid(const std::vector<Vec3>& points, std::size_t n_points, const Vec3& width) {
  if (n_points == 0) return;
  low = high = points[0];
  for (std::size_t i = 1; i < n_points; ++i) {
    low = low.cwiseMin(points[i]);
    high = high.cwiseMax(points[i]);
  }
  // A single atom far away must not cost memory: at most about eight cells a point.
  const double most_cells = 8.0 * static_cast<double>(n_points) + 512.0;
  Vec3 cells;
  double scale = 1.0;
  while (true) {
    for (int k = 0; k < 3; ++k) cells[k] = std::max(1.0, std::floor((high[k] - low[k]) / (width[k] * scale)));
    if (cells.prod() <= most_cells) break;
    scale *= 1.3;
  }
  for (int k = 0; k < 3; ++k) {
    n[static_cast<std::size_t>(k)] = static_cast<int>(cells[k]);
    const double extent = high[k] - low[k];
    inverse_width[k] = extent > 0.0 ? cells[k] / extent : 0.0;
  }
}

}  // namespace spinel
