#include "matching/assignment.hpp"

#include <algorithm>
#include <limits>

namespace spinel {

bool Assignment::solve(const double* cost, int n, int stride, int* column_of_row) {
  if (n == 1) {
    column_of_row[0] = 0;
    return cost[0] < forbidden;
  }
  // Most rows' nearest columns are all different, and then nothing is left to decide.
  const auto size = static_cast<std::size_t>(n);
  row_of_column_.assign(size + 1, -1);
  bool settled = true;
  for (int i = 0; i < n; ++i) {
    const double* row = cost + static_cast<std::ptrdiff_t>(i) * stride;
    const int best = static_cast<int>(std::min_element(row, row + n) - row);
    if (row[best] >= forbidden) return false;
    column_of_row[i] = best;
    int& taker = row_of_column_[static_cast<std::size_t>(best)];
    if (taker >= 0) settled = false;
    taker = i;
  }
  if (settled) return true;

  // Column n is the virtual one from which every augmenting path starts.
  row_dual_.assign(size, 0.0);
  column_dual_.assign(size + 1, 0.0);
  row_of_column_.assign(size + 1, -1);
  previous_.assign(size + 1, 0);
  constexpr double infinite = std::numeric_limits<double>::infinity();
  for (int i = 0; i < n; ++i) {
    distance_.assign(size + 1, infinite);
    scanned_.assign(size + 1, 0);
    row_of_column_[size] = i;
    int column = n;
    do {
      scanned_[static_cast<std::size_t>(column)] = 1;
      const int row = row_of_column_[static_cast<std::size_t>(column)];
      const double* costs = cost + static_cast<std::ptrdiff_t>(row) * stride;
      double least = infinite;
      int next = -1;
      for (int j = 0; j < n; ++j) {
        const auto at = static_cast<std::size_t>(j);
        if (scanned_[at]) continue;
        if (costs[j] < forbidden) {
          const double reduced = costs[j] - row_dual_[static_cast<std::size_t>(row)] - column_dual_[at];
          if (reduced < distance_[at]) {
            distance_[at] = reduced;
            previous_[at] = column;
          }
        }
        if (distance_[at] < least) {
          least = distance_[at];
          next = j;
        }
      }
      if (next < 0) return false;
      for (int j = 0; j <= n; ++j) {
        const auto at = static_cast<std::size_t>(j);
        if (scanned_[at]) {
          row_dual_[static_cast<std::size_t>(row_of_column_[at])] += least;
          column_dual_[at] -= least;
        } else {
          distance_[at] -= least;
        }
      }
      column = next;
    } while (row_of_column_[static_cast<std::size_t>(column)] >= 0);
    for (; column != n; column = previous_[static_cast<std::size_t>(column)])
      row_of_column_[static_cast<std::size_t>(column)] =
          row_of_column_[static_cast<std::size_t>(previous_[static_cast<std::size_t>(column)])];
  }
  for (int j = 0; j < n; ++j) column_of_row[row_of_column_[static_cast<std::size_t>(j)]] = j;
  return true;
}

}  // namespace spinel
