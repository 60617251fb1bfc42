#include "domain/decomposition.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "parallel/cartesian_grid.hpp"

namespace spinel {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Which of the parts between the `n` ascending cuts holds s.
int part_of(const double* cuts, int n, double s) {
  return static_cast<int>(std::upper_bound(cuts, cuts + n, s) - cuts);
}

}  // namespace

Decomposition::Decomposition(int ranks, const Mat3& cell, const std::array<bool, 3>& periodic)
    : Decomposition(ranks, cell, periodic, grids_by_surface(ranks, face_areas(cell), periodic).front()) {}

Decomposition::Decomposition(int ranks, const Mat3& cell, const std::array<bool, 3>& periodic, const Int3& grid)
    : grid_(grid), periodic_(periodic) {
  if (!(std::abs(cell.determinant()) > 0.0)) fail_input("the cell to decompose has no volume");
  const std::int64_t product = std::int64_t{grid[0]} * grid[1] * grid[2];
  if (grid[0] < 1 || grid[1] < 1 || grid[2] < 1 || product != ranks)
    fail_input("a grid of {} × {} × {} bricks does not fit {} MPI ranks", grid[0], grid[1], grid[2], ranks);
  set_equal_bricks();
}

void Decomposition::set_equal_bricks() {
  cuts_.clear();
  cuts_.reserve(static_cast<std::size_t>(size()));
  int lines = 1;
  for (const int parts : grid_) {
    for (int line = 0; line < lines; ++line)
      for (int cut = 1; cut < parts; ++cut) cuts_.push_back(static_cast<double>(cut) / parts);
    lines *= parts;
  }
}

int Decomposition::owner(const Vec3& fractional) const {
  const int i = part_of(cuts_a(), grid_[0] - 1, fractional[0]);
  const int column = i * grid_[1] + part_of(cuts_b(i), grid_[1] - 1, fractional[1]);
  return column * grid_[2] + part_of(cuts_c(column), grid_[2] - 1, fractional[2]);
}

Brick Decomposition::brick(int rank) const {
  const int column = rank / grid_[2];
  const Int3 place = {column / grid_[1], column % grid_[1], rank % grid_[2]};
  const std::array<const double*, 3> cuts = {cuts_a(), cuts_b(place[0]), cuts_c(column)};
  Brick brick;
  for (int k = 0; k < 3; ++k) {
    const auto d = static_cast<std::size_t>(k);
    brick.low[k] = place[d] > 0 ? cuts[d][place[d] - 1] : periodic_[d] ? 0.0 : -infinity;
    brick.high[k] = place[d] < grid_[d] - 1 ? cuts[d][place[d]] : periodic_[d] ? 1.0 : infinity;
  }
  return brick;
}

void Decomposition::set_cuts(const std::vector<double>& cuts) {
  if (cuts.size() != cuts_.size())
    fail("{} cuts for a grid of {} × {} × {} bricks, which has {}", cuts.size(), grid_[0], grid_[1], grid_[2],
         cuts_.size());
  std::size_t at = 0;
  int lines = 1;
  for (const int parts : grid_) {
    for (int line = 0; line < lines; ++line) {
      for (int cut = 1; cut < parts; ++cut, ++at)
        if (!std::isfinite(cuts[at]) || (cut > 1 && cuts[at] < cuts[at - 1]))
          fail("the cuts of the decomposition do not ascend: {} at place {}", cuts[at], at);
    }
    lines *= parts;
  }
  cuts_ = cuts;
}

double Decomposition::imbalance(const Communicator& communicator, const std::vector<Vec3>& fractional) const {
  std::vector<std::int64_t> count(static_cast<std::size_t>(size()), 0);
  for (const Vec3& s : fractional) ++count[static_cast<std::size_t>(owner(s))];
  communicator.sum(count.data(), count.size());
  std::int64_t total = 0, most = 0;
  for (const std::int64_t n : count) {
    total += n;
    most = std::max(most, n);
  }
  return total == 0 ? 1.0 : static_cast<double>(most) * size() / static_cast<double>(total);
}

}  // namespace spinel
