#include "stability/assess/coordination.hpp"

#include <cmath>

namespace spinel {

namespace {

constexpr double equal_distance = 1e-4;  // Å
constexpr double converged = 1e-9;       // relative
constexpr int most_iterations = 200;

/// `distance`: n of them, ascending.
int shell_size(const float* distance, int n) {
  double largest = -1.0;
  double last = n > 0 ? distance[n - 1] : 0.0;
  for (int k = 0; k + 1 < n; ++k) {
    const double gap = 1.0 / distance[k] - 1.0 / distance[k + 1];
    if (gap <= largest) continue;
    largest = gap;
    last = distance[k];
  }
  int size = 0;
  while (size < n && distance[size] < last + equal_distance) ++size;
  return size;
}

double effective_number(const float* distance, int n) {
  if (n == 0) return 0.0;
  double mean = distance[0], weights = 0.0;
  for (int iteration = 0; iteration < most_iterations; ++iteration) {
    double sum = 0.0;
    weights = 0.0;
    for (int k = 0; k < n; ++k) {
      const double squared = distance[k] * distance[k] / (mean * mean);
      const double weight = std::exp(1.0 - squared * squared * squared);
      weights += weight;
      sum += weight * distance[k];
    }
    const double before = mean;
    mean = sum / weights;
    if (std::abs(mean - before) <= converged * mean) break;
  }
  return weights;
}

}  // namespace

Coordination CoordinationFinder::find(const Mat3& cell, const double* position, std::int64_t n_atoms,
                                      const std::array<bool, 3>& periodic) {
  builder_.build(cell, position, n_atoms, periodic, graph_);
  Coordination result;
  for (std::size_t i = 0; i < static_cast<std::size_t>(n_atoms); ++i) {
    const float* distance = graph_.distance.data() + graph_.offset[i];
    const int n = graph_.offset[i + 1] - graph_.offset[i];
    result.shell.push_back(shell_size(distance, n));
    result.effective.push_back(effective_number(distance, n));
  }
  return result;
}

}  // namespace spinel
