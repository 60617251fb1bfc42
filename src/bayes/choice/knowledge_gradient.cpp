#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "bayes/choice/batch.hpp"

namespace spinel {

double expected_gain_of_lines(std::vector<double> a, std::vector<double> b) {
  const std::size_t n = a.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return b[i] < b[j] || (b[i] == b[j] && a[i] < a[j]); });
  // The lines of the upper envelope in order of their slopes, and from which z on each is the highest.
  std::vector<std::size_t> line;
  std::vector<double> from;
  for (const std::size_t i : order) {
    double begin = -std::numeric_limits<double>::infinity();
    while (!line.empty()) {
      const std::size_t last = line.back();
      if (b[i] > b[last]) {
        begin = (a[last] - a[i]) / (b[i] - b[last]);
        if (begin > from.back()) break;
      }
      line.pop_back();  // of equal slope and lower, or nowhere the highest
      from.pop_back();
      begin = -std::numeric_limits<double>::infinity();
    }
    line.push_back(i);
    from.push_back(begin);
  }
  double gain = 0.0;
  for (std::size_t k = 1; k < line.size(); ++k)
    gain += (b[line[k]] - b[line[k - 1]]) * std::exp(log_improvement(-std::abs(from[k])));
  return gain;
}

Eigen::VectorXd knowledge_gradient(const JointPosterior& candidates, double noise, Goal goal) {
  const std::int64_t n = candidates.mean.size();
  const double sign = goal == Goal::minimize ? -1.0 : 1.0;
  Eigen::VectorXd result = Eigen::VectorXd::Zero(n);
  const Eigen::VectorXd mean = sign * candidates.mean;
  const std::vector<double> a(mean.begin(), mean.end());
  std::vector<double> b(a.size());
  for (std::int64_t i = 0; i < n; ++i) {
    const double variance = candidates.covariance(i, i) + noise;
    if (!(variance > 0.0)) continue;
    const double scale = sign / std::sqrt(variance);
    for (std::int64_t j = 0; j < n; ++j) b[static_cast<std::size_t>(j)] = scale * candidates.covariance(j, i);
    result[i] = expected_gain_of_lines(a, b);
  }
  return result;
}

}  // namespace spinel
