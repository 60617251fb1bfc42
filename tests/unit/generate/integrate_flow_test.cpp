// Flows on the circle whose velocities and densities are known.
#include "generate/integrate_flow.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "model/generators/wrapped_normal.hpp"

namespace spinel {
namespace {

constexpr auto nothing = [](std::int64_t, double) {};

/// Two wrapped normals, from a table: millions are asked for.
double mixture(double x) {
  constexpr std::size_t n = 8192;
  static const std::vector<double> table = [] {
    std::vector<double> values(n + 1);
    for (std::size_t i = 0; i <= n; ++i) {
      const double at = static_cast<double>(i) / n;
      values[i] = 0.7 * wrapped_normal(at - 0.2, 0.05) + 0.3 * wrapped_normal(at - 0.65, 0.1);
    }
    return values;
  }();
  const double place = (x - std::floor(x)) * n;
  const auto k = std::min(n - 1, static_cast<std::size_t>(place));
  return table[k] + (place - static_cast<double>(k)) * (table[k + 1] - table[k]);
}

/// The velocity of flow matching from uniform noise to the mixture: of x₁ within (1 − t)/2 of x, each as likely to come
/// by, the mean of (x₁ − x)/(1 − t). And its derivative, −1/(1 − t) and what enters and leaves at the ends.
struct ExactFlow {
  static constexpr int n = 500;
  static double velocity(double t, double x, double* slope = nullptr) {
    const double left = std::max(1.0 - t, 1e-3), half = 0.5 * left;
    double weight = 0.0, first = 0.0;
    for (int i = 0; i < n; ++i) {
      const double d = left * ((i + 0.5) / n - 0.5), p = mixture(x + d) / n;
      weight += p;
      first += p * d / left;
    }
    const double v = first / weight;
    if (slope != nullptr) {
      const double right = mixture(x + half) / left, other = mixture(x - half) / left;
      const double first_change = 0.5 * right + 0.5 * other - weight / left, weight_change = right - other;
      *slope = (first_change - v * weight_change) / weight;
    }
    return v;
  }
};

TEST(IntegrateFlow, UniformNoiseBecomesTheMixture) {
  RandomSequence numbers(Random(11, RandomPurpose::test), 0, 0);
  std::vector<double> x(4000), none;
  for (double& value : x) value = numbers.uniform();
  // The exact velocity on a grid, read by linear interpolation.
  constexpr int n_grid = 400;
  std::vector<double> grid(n_grid);
  double known = -1.0;
  integrate_flow(
      {100, true, 0.0}, x, none,
      [&](double t, const std::vector<double>& at, const std::vector<double>&, std::vector<double>& v,
          std::vector<double>&) {
        if (t != known)
          for (int i = 0; i < n_grid; ++i)
            grid[static_cast<std::size_t>(i)] = ExactFlow::velocity(t, static_cast<double>(i) / n_grid);
        known = t;
        for (std::size_t i = 0; i < at.size(); ++i) {
          const double place = (at[i] - std::floor(at[i])) * n_grid;
          const auto k = static_cast<std::size_t>(place) % n_grid;
          const double share = place - std::floor(place);
          v[i] = (1.0 - share) * grid[k] + share * grid[(k + 1) % n_grid];
        }
      },
      nothing);
  constexpr int n_bins = 20;
  std::vector<double> expected(n_bins, 0.0), found(n_bins, 0.0);
  for (int i = 0; i < 100 * n_bins; ++i)
    expected[static_cast<std::size_t>(i / 100)] +=
        mixture((i + 0.5) / (100 * n_bins)) / (100 * n_bins) * static_cast<double>(x.size());
  for (const double value : x) found[static_cast<std::size_t>((value - std::floor(value)) * n_bins) % n_bins] += 1.0;
  double chi_square = 0.0;
  int degrees = -1;
  for (int b = 0; b < n_bins; ++b) {
    const auto k = static_cast<std::size_t>(b);
    if (expected[k] < 5.0) continue;
    chi_square += std::pow(found[k] - expected[k], 2) / expected[k];
    ++degrees;
  }
  // Mean: degrees of freedom, standard deviation: √(2 · degrees).
  EXPECT_LT(chi_square, degrees + 4.0 * std::sqrt(2.0 * degrees));
}

TEST(IntegrateFlow, DensityOfTheFlowIsThatOfTheMixtureAndIntegratesToOne) {
  // From the data back to the noise, the change of ln p along: points on a grid of the circle.
  constexpr std::size_t n = 200;
  std::vector<double> x(n), log_p(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) x[i] = (static_cast<double>(i) + 0.5) / n;
  const std::vector<double> start = x;
  integrate_flow(
      {400, true, 0.0}, x, log_p,
      [&](double t, const std::vector<double>& at, const std::vector<double>&, std::vector<double>& v,
          std::vector<double>& change) {
        for (std::size_t i = 0; i < at.size(); ++i) {
          double slope = 0.0;
          v[i] = -ExactFlow::velocity(1.0 - t, at[i], &slope);
          change[i] = -slope;
        }
      },
      nothing);
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double p = std::exp(log_p[i]);
    sum += p / n;
    EXPECT_NEAR(p, mixture(start[i]), 0.02 * mixture(start[i]) + 0.02) << start[i];
  }
  EXPECT_NEAR(sum, 1.0, 5e-3);
}

TEST(IntegrateFlow, SlopesDoNotOvershootTheEnd) {
  // Straight ways to 0.25: whatever the speed, no step passes the end.
  for (const double slope : {0.0, 5.0, 50.0}) {
    std::vector<double> x = {0.1, 0.4}, y = {1.0};
    integrate_flow(
        {20, false, slope}, x, y,
        [&](double t, const auto& a, const auto&, auto& v, auto& w) {
          for (std::size_t i = 0; i < 2; ++i) v[i] = (0.25 - a[i]) / (1.0 - t);
          w[0] = 1.0;
        },
        [&](std::int64_t, double) {
          EXPECT_LE(x[0], 0.25 + 1e-12) << slope;
          EXPECT_GE(x[1], 0.25 - 1e-12) << slope;
        });
    EXPECT_NEAR(x[0], 0.25, 1e-12);
    EXPECT_NEAR(x[1], 0.25, 1e-12);
    EXPECT_NEAR(y[0], 2.0, 1e-12) << "flat points keep the speed of the flow";
  }
}

TEST(IntegrateFlow, StepsAreReversibleToTheirOrder) {
  // There and back the leading error of the second-order rule cancels, which leaves the third.
  const auto there = [](double t, double x) { return 0.3 * std::sin(2.0 * M_PI * x) * (1.0 + t) + 0.2; };
  const auto error_of = [&](std::int64_t steps, bool heun) {
    std::vector<double> x = {0.1, 0.4, 0.77}, y = {1.0, -2.0, 0.5};
    const auto x_start = x, y_start = y;
    integrate_flow(
        {steps, heun, 0.0}, x, y,
        [&](double t, const auto& a, const auto& b, auto& v, auto& w) {
          for (std::size_t i = 0; i < 3; ++i) v[i] = there(t, a[i]), w[i] = -b[i] * t;
        },
        nothing);
    integrate_flow(
        {steps, heun, 0.0}, x, y,
        [&](double t, const auto& a, const auto& b, auto& v, auto& w) {
          for (std::size_t i = 0; i < 3; ++i) v[i] = -there(1.0 - t, a[i]), w[i] = b[i] * (1.0 - t);
        },
        nothing);
    double error = 0.0;
    for (std::size_t i = 0; i < 3; ++i)
      error = std::max({error, std::abs(x[i] - x_start[i]), std::abs(y[i] - y_start[i])});
    return error;
  };
  EXPECT_LT(error_of(1000, true), 1e-5);
  EXPECT_NEAR(error_of(100, false) / error_of(200, false), 2.0, 0.2);
  EXPECT_NEAR(error_of(100, true) / error_of(200, true), 8.0, 0.5);
}

}  // namespace
}  // namespace spinel
