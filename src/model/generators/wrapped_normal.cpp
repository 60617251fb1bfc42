#include "model/generators/wrapped_normal.hpp"

#include <cmath>

namespace spinel {

namespace {

/// Images k of the mean that count: the others are below rounding.
int n_images(double sigma) { return 1 + static_cast<int>(std::ceil(9.0 * sigma)); }

struct Sums {
  double weight = 0.0, first = 0.0, least = 0.0;  // Σ e, Σ (d + k) e with e relative to the nearest image's
};

Sums sums_of(double d, double sigma) {
  d = wrapped(d);
  Sums s;
  s.least = d * d;
  const int n = n_images(sigma);
  for (int k = -n; k <= n; ++k) {
    const double x = d + k, e = std::exp(-(x * x - s.least) / (2.0 * sigma * sigma));
    s.weight += e;
    s.first += x * e;
  }
  return s;
}

}  // namespace

double wrapped(double d) { return d - std::floor(d + 0.5); }

double wrapped_normal(double d, double sigma) {
  const Sums s = sums_of(d, sigma);
  return s.weight * std::exp(-s.least / (2.0 * sigma * sigma)) / (sigma * std::sqrt(2.0 * M_PI));
}

double wrapped_normal_score(double d, double sigma) {
  const Sums s = sums_of(d, sigma);
  return -s.first / s.weight / (sigma * sigma);
}

double wrapped_normal_score_square(double sigma) {
  // Periodic integrands: the rule of equal steps converges exponentially once the steps resolve sigma.
  if (sigma < 0.01) return 1.0 / (sigma * sigma);
  const int n = 64 + static_cast<int>(16.0 / sigma);
  double sum = 0.0;
  for (int i = 0; i < n; ++i) {
    const double d = (i + 0.5) / n - 0.5, score = wrapped_normal_score(d, sigma);
    sum += score * score * wrapped_normal(d, sigma) / n;
  }
  return sum;
}

std::vector<double> geometric_levels(double sigma_min, double sigma_max, std::size_t n) {
  std::vector<double> levels(n);
  for (std::size_t i = 0; i < n; ++i)
    levels[i] =
        sigma_min * std::pow(sigma_max / sigma_min, n > 1 ? static_cast<double>(i) / static_cast<double>(n - 1) : 0.0);
  return levels;
}

}  // namespace spinel
