#include "bayes/process/minimize.hpp"

#include <cmath>
#include <deque>

namespace spinel {

namespace {

struct Pair {
  Eigen::VectorXd step, change;  // of x and of the gradient
};

/// −H g of the free numbers by the two-loop recursion (Nocedal & Wright, algorithm 7.4); pairs are of all numbers.
Eigen::VectorXd direction(const std::deque<Pair>& pairs, const Eigen::VectorXd& gradient,
                          const Eigen::Array<bool, Eigen::Dynamic, 1>& is_free) {
  const auto masked = [&](const Eigen::VectorXd& v) { return Eigen::VectorXd(is_free.select(v, 0.0)); };
  Eigen::VectorXd q = masked(gradient);
  std::vector<double> a(pairs.size(), 0.0), rho(pairs.size(), 0.0);
  double scale = 1.0;
  bool is_scaled = false;
  for (std::size_t k = pairs.size(); k-- > 0;) {
    const Eigen::VectorXd s = masked(pairs[k].step), y = masked(pairs[k].change);
    const double curvature = s.dot(y);
    if (!(curvature > 1e-12 * y.squaredNorm())) continue;
    if (!is_scaled) scale = curvature / y.squaredNorm(), is_scaled = true;
    rho[k] = 1.0 / curvature;
    a[k] = rho[k] * s.dot(q);
    q -= a[k] * y;
  }
  if (!is_scaled) scale = 1.0 / std::max(1.0, q.norm());
  q *= scale;
  for (std::size_t k = 0; k < pairs.size(); ++k)
    if (rho[k] != 0.0) {
      const Eigen::VectorXd s = masked(pairs[k].step), y = masked(pairs[k].change);
      q += (a[k] - rho[k] * y.dot(q)) * s;
    }
  return -q;
}

}  // namespace

Minimum minimize(const Differentiable& function, Eigen::VectorXd x, const Eigen::VectorXd& lowest,
                 const Eigen::VectorXd& highest, const MinimizeSettings& settings) {
  constexpr std::size_t most_pairs = 10;
  constexpr double sufficient = 1e-4, shortest = 1e-12;
  const auto project = [&](const Eigen::VectorXd& v) { return Eigen::VectorXd(v.cwiseMax(lowest).cwiseMin(highest)); };
  x = project(x);
  Eigen::VectorXd gradient(x.size()), next_gradient(x.size());
  double value = function(x, &gradient);
  Minimum result{x, value, 1};
  if (!std::isfinite(value) || !gradient.allFinite()) return result;
  std::deque<Pair> pairs;
  while (result.evaluations < settings.most_evaluations) {
    if ((x - project(x - gradient)).cwiseAbs().maxCoeff() <= settings.gradient_tolerance) break;
    // What a bound holds against the gradient stays.
    const Eigen::Array<bool, Eigen::Dynamic, 1> is_free = !((x.array() <= lowest.array() && gradient.array() > 0.0) ||
                                                            (x.array() >= highest.array() && gradient.array() < 0.0));
    Eigen::VectorXd d = direction(pairs, gradient, is_free);
    if (!(d.dot(gradient) < 0.0)) {
      pairs.clear();
      d = direction(pairs, gradient, is_free);
    }
    double share = 1.0, next_value = value;
    Eigen::VectorXd next = x;
    bool is_good = false;
    while (!is_good && share > shortest && result.evaluations < settings.most_evaluations) {
      next = project(x + share * d);
      next_value = function(next, &next_gradient);
      ++result.evaluations;
      is_good = std::isfinite(next_value) && next_gradient.allFinite() &&
                next_value <= value + sufficient * gradient.dot(next - x);
      if (is_good) break;
      // The minimum of the parabola through what is known, within limits.
      const double slope = d.dot(gradient), rise = next_value - value - share * slope;
      const double best = std::isfinite(rise) && rise > 0.0 ? -0.5 * slope * share * share / rise : 0.0;
      share = std::min(0.5 * share, std::max(0.1 * share, best));
    }
    if (!is_good) {
      if (pairs.empty()) break;
      pairs.clear();  // once more, along the gradient
      continue;
    }
    pairs.push_back({next - x, next_gradient - gradient});
    if (pairs.size() > most_pairs) pairs.pop_front();
    const double drop = value - next_value;
    x = next, gradient = next_gradient, value = next_value;
    if (drop <= settings.value_tolerance * std::max(1.0, std::abs(value))) break;
  }
  result.x = x, result.value = value;
  return result;
}

}  // namespace spinel
