#include "ising/transition/finite_size.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "ising/transition/classifier_curve.hpp"

namespace spinel {

namespace {

/// Of the straight line through points (x, y) of weights w: its value at x = 0 and its slope are sums of the y with
/// these coefficients.
struct Line {
  std::vector<double> constant, slope;
};

Line line_coefficients(const std::vector<double>& x, const std::vector<double>& w) {
  double s = 0.0, sx = 0.0, sxx = 0.0;
  for (std::size_t k = 0; k < x.size(); ++k) s += w[k], sx += w[k] * x[k], sxx += w[k] * x[k] * x[k];
  const double determinant = s * sxx - sx * sx;
  Line line;
  for (std::size_t k = 0; k < x.size(); ++k) {
    line.constant.push_back(w[k] * (sxx - sx * x[k]) / determinant);
    line.slope.push_back(w[k] * (s * x[k] - sx) / determinant);
  }
  return line;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

struct Problem {
  std::vector<double> edge, weight;

  explicit Problem(const std::vector<SizeEstimate>& sizes) {
    // A size without an error (one that found no scatter) counts as the best of the others.
    double least = 0.0;
    for (const SizeEstimate& size : sizes)
      if (size.t.error > 0.0 && (least == 0.0 || size.t.error < least)) least = size.t.error;
    if (least == 0.0) least = 1.0;
    for (const SizeEstimate& size : sizes) {
      const double error = size.t.error > 0.0 ? size.t.error : least;
      edge.push_back(size.edge);
      weight.push_back(1.0 / (error * error));
    }
  }
  std::vector<double> x(double nu) const {
    std::vector<double> result;
    for (const double e : edge) result.push_back(std::pow(e, -1.0 / nu));
    return result;
  }
  double chi2(const std::vector<double>& y, double nu) const {
    const auto at = x(nu);
    const Line line = line_coefficients(at, weight);
    const double constant = dot(line.constant, y), slope = dot(line.slope, y);
    double sum = 0.0;
    for (std::size_t k = 0; k < y.size(); ++k) {
      const double off = y[k] - constant - slope * at[k];
      sum += weight[k] * off * off;
    }
    return sum;
  }
  /// The best 1/ν on a grid, then by golden sections about it.
  double best_nu(const std::vector<double>& y) const {
    constexpr double low = 0.2, high = 5.0;
    constexpr int n = 96;
    const auto value = [&](double inverse) { return chi2(y, 1.0 / inverse); };
    double best = low, least = value(low);
    for (int k = 1; k <= n; ++k) {
      const double inverse = low + (high - low) * k / n, here = value(inverse);
      if (here < least) least = here, best = inverse;
    }
    double a = std::max(low, best - (high - low) / n), b = std::min(high, best + (high - low) / n);
    const double golden = 0.5 * (std::sqrt(5.0) - 1.0);
    for (int k = 0; k < 60; ++k) {
      const double c = b - golden * (b - a), d = a + golden * (b - a);
      value(c) < value(d) ? b = d : a = c;
    }
    return 2.0 / (a + b);
  }
};

std::vector<double> temperatures(const std::vector<SizeEstimate>& sizes) {
  std::vector<double> y;
  for (const SizeEstimate& size : sizes) y.push_back(size.t.value);
  return y;
}

void check(const std::vector<SizeEstimate>& sizes, std::size_t least) {
  std::vector<double> edges;
  for (const SizeEstimate& size : sizes) edges.push_back(size.edge);
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  if (edges.size() < least) fail("{} lattice sizes are too few to extrapolate; {} are needed", edges.size(), least);
}

}  // namespace

FiniteSizeFit finite_size_fit(const std::vector<SizeEstimate>& sizes, double nu) {
  check(sizes, 2);
  const Problem problem(sizes);
  const auto y = temperatures(sizes);
  const Line line = line_coefficients(problem.x(nu), problem.weight);
  const auto estimate = [&](const std::vector<double>& coefficient) {
    double squares = 0.0;
    for (std::size_t k = 0; k < sizes.size(); ++k)
      squares += std::pow(coefficient[k] * sizes[k].configuration_error, 2);
    std::vector<double> of_network;
    const std::size_t n_networks = sizes[0].of_network.size();
    for (std::size_t network = 0; network < n_networks; ++network) {
      double sum = 0.0;
      for (std::size_t k = 0; k < sizes.size(); ++k) sum += coefficient[k] * sizes[k].of_network.at(network);
      of_network.push_back(sum);
    }
    return Estimate{dot(coefficient, y), std::hypot(std::sqrt(squares), error_of_mean(of_network))};
  };
  FiniteSizeFit fit;
  fit.t_c = estimate(line.constant);
  fit.slope = estimate(line.slope);
  fit.nu = {nu, 0.0};
  fit.chi2 = problem.chi2(y, nu);
  fit.n_freedom = static_cast<std::int64_t>(sizes.size()) - 2;
  return fit;
}

FiniteSizeFit finite_size_fit_of_nu(const std::vector<SizeEstimate>& sizes, std::int64_t resamples,
                                    std::uint64_t seed) {
  check(sizes, 3);
  const Problem problem(sizes);
  struct Result {
    double t_c, slope, nu;
  };
  const auto fit_to = [&](const std::vector<double>& y) {
    const double nu = problem.best_nu(y);
    const Line line = line_coefficients(problem.x(nu), problem.weight);
    return Result{dot(line.constant, y), dot(line.slope, y), nu};
  };
  const auto y = temperatures(sizes);
  const Result best = fit_to(y);
  const Random random(seed, RandomPurpose::bootstrap);
  std::vector<double> t_c, slope, of_nu;
  for (std::int64_t b = 0; b < resamples; ++b) {
    RandomSequence sequence(random, static_cast<std::uint64_t>(b), 3);
    auto drawn = y;
    for (std::size_t k = 0; k < sizes.size(); ++k) drawn[k] += sizes[k].t.error * sequence.normal();
    const Result one = fit_to(drawn);
    t_c.push_back(one.t_c);
    slope.push_back(one.slope);
    of_nu.push_back(one.nu);
  }
  FiniteSizeFit fit;
  fit.t_c = {best.t_c, deviation(t_c)};
  fit.slope = {best.slope, deviation(slope)};
  fit.nu = {best.nu, deviation(of_nu)};
  fit.chi2 = problem.chi2(y, best.nu);
  fit.n_freedom = static_cast<std::int64_t>(sizes.size()) - 3;
  return fit;
}

}  // namespace spinel
