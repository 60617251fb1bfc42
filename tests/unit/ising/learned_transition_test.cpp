#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "ising/transition/classifier_curve.hpp"
#include "ising/transition/confusion_curve.hpp"
#include "ising/transition/finite_size.hpp"

namespace spinel {
namespace {

/// Networks whose answers scatter about a Fermi function that crosses one half at `crossing`.
struct Answers {
  std::vector<double> temperatures;
  std::vector<std::vector<std::vector<float>>> p;  // [network][temperature][configuration]
};

Answers make_answers(const std::vector<double>& crossings, double noise, std::size_t n, std::uint64_t stream) {
  const Random random(11, RandomPurpose::test);
  Answers a;
  for (int k = 0; k <= 40; ++k) a.temperatures.push_back(1.8 + 0.025 * k);
  for (std::size_t network = 0; network < crossings.size(); ++network) {
    auto& of_network = a.p.emplace_back();
    for (std::size_t t = 0; t < a.temperatures.size(); ++t) {
      RandomSequence same(random, stream, t);  // of the configuration: the same for all networks
      auto& values = of_network.emplace_back();
      for (std::size_t c = 0; c < n; ++c) {
        const double x = (a.temperatures[t] - crossings[network]) / 0.05 + noise * same.normal();
        values.push_back(static_cast<float>(1.0 / (1.0 + std::exp(-x))));
      }
    }
  }
  return a;
}

TEST(ClassifierCurve, FindsTheCrossingAndItsError) {
  const Answers a = make_answers({2.3}, 0.5, 100, 1);
  const auto curve = classifier_curve(a.temperatures, a.p, 200, 5);
  EXPECT_NEAR(curve.crossing.value, 2.3, 4.0 * curve.crossing.error);
  EXPECT_LT(curve.crossing.error, 0.01);
  EXPECT_EQ(curve.found, 1.0);
  EXPECT_NEAR(curve.confidence.front().value, 0.0, 1e-3);
  EXPECT_NEAR(curve.confidence.back().value, 1.0, 1e-3);
  // The error is the scatter of crossings of independent data.
  std::vector<double> crossings;
  for (std::uint64_t k = 0; k < 60; ++k) {
    const Answers b = make_answers({2.3}, 0.5, 100, 100 + k);
    crossings.push_back(classifier_curve(b.temperatures, b.p, 2, 5).crossing.value);
  }
  EXPECT_NEAR(curve.crossing.error / (error_of_mean(crossings) * std::sqrt(60.0)), 1.0, 0.35);
}

TEST(ClassifierCurve, AddsTheScatterOfNetworks) {
  const Answers a = make_answers({2.28, 2.30, 2.32}, 0.1, 200, 1);
  const auto curve = classifier_curve(a.temperatures, a.p, 50, 5);
  ASSERT_EQ(curve.crossing_of_network.size(), 3U);
  EXPECT_NEAR(curve.crossing_of_network[2] - curve.crossing_of_network[0], 0.04, 0.003);
  EXPECT_NEAR(curve.crossing.error, 0.02 / std::sqrt(3.0), 0.002);
  EXPECT_LT(curve.configuration_error, 0.005);
}

TEST(ClassifierCurve, SaysWhereThereIsNoCrossing) {
  Answers a = make_answers({2.3}, 0.1, 20, 1);
  a.temperatures.resize(10);
  a.p[0].resize(10);
  const auto curve = classifier_curve(a.temperatures, a.p, 20, 5);
  EXPECT_EQ(curve.found, 0.0);
  EXPECT_TRUE(curve.crossing_of_network.empty());
  a.p[0][3].clear();
  EXPECT_THROW(classifier_curve(a.temperatures, a.p, 20, 5), Error);
}

/// Networks that know of two phases with a transition at `t_c` and of nothing else: what lies between trial
/// temperature and transition is predicted wrongly, but for a share that is predicted correctly by chance. Where fewer
/// are wrong so, they name the larger side always.
std::vector<std::vector<std::vector<std::uint8_t>>> confused(const std::vector<double>& trials,
                                                             const std::vector<double>& temperatures, double t_c,
                                                             double by_chance, std::size_t n, std::uint64_t stream) {
  const Random random(13, RandomPurpose::test);
  std::vector<std::vector<std::vector<std::uint8_t>>> right(trials.size());
  for (std::size_t trial = 0; trial < trials.size(); ++trial) {
    const auto is_below = [&](double t) { return t < trials[trial]; };
    const auto is_between = [&](double t) { return is_below(t) != (t < t_c); };
    const auto count = [&](const auto& is) {
      return static_cast<double>(std::count_if(temperatures.begin(), temperatures.end(), is));
    };
    const double below = count(is_below), above = static_cast<double>(temperatures.size()) - below;
    const bool names_larger = std::min(below, above) < (1.0 - by_chance) * count(is_between);
    for (std::size_t t = 0; t < temperatures.size(); ++t) {
      RandomSequence sequence(random, stream + 1000 * trial, t);
      auto& values = right[trial].emplace_back();
      for (std::size_t c = 0; c < n; ++c) {
        const bool of_phases = !is_between(temperatures[t]) || sequence.uniform() < by_chance;
        values.push_back(names_larger ? is_below(temperatures[t]) == (below > above) : of_phases);
      }
    }
  }
  return right;
}

struct Grid {
  std::vector<double> trials, temperatures;
  Grid() {
    for (int k = 0; k <= 40; ++k) temperatures.push_back(1.6 + 0.04 * k);
    for (int k = 0; k < 40; ++k) trials.push_back(1.62 + 0.04 * k);
  }
};

TEST(ConfusionCurve, FindsTheMiddlePeakOfTheW) {
  const Grid grid;
  for (const double t_c : {2.0, 2.25, 2.6}) {
    const auto curve = confusion_curve(grid.trials, grid.temperatures,
                                       {confused(grid.trials, grid.temperatures, t_c, 0.3, 40, 1)}, 100, 3);
    EXPECT_EQ(curve.found, 1.0) << t_c;
    EXPECT_NEAR(curve.peak.value, t_c, 0.03) << t_c;
    EXPECT_GT(curve.peak.error, 0.0);
    EXPECT_LT(curve.peak.error, 0.03);
    EXPECT_GT(curve.height, 0.05);
    EXPECT_NEAR(curve.guess.front(), 40.0 / 41.0, 1e-12);
    const auto halfway = static_cast<std::size_t>(0.5 * (t_c - grid.trials[0]) / 0.04);
    EXPECT_GT(curve.accuracy.front().value, curve.accuracy[halfway].value);
  }
}

TEST(ConfusionCurve, SaysWhereThereIsNoPeak) {
  const Grid grid;
  // All temperatures look alike: the larger side is always named, a V.
  std::vector<std::vector<std::vector<std::uint8_t>>> right(grid.trials.size());
  for (std::size_t trial = 0; trial < grid.trials.size(); ++trial)
    for (const double t : grid.temperatures) {
      const bool hot_is_larger = trial < grid.trials.size() / 2;
      right[trial].emplace_back(10, (t > grid.trials[trial]) == hot_is_larger ? 1 : 0);
    }
  EXPECT_EQ(confusion_curve(grid.trials, grid.temperatures, {right}, 20, 3).found, 0.0);
  EXPECT_THROW(confusion_curve({2.0, 2.1}, grid.temperatures, {right}, 20, 3), Error);
}

std::vector<SizeEstimate> scaled(double t_c, double a, double nu, double error) {
  std::vector<SizeEstimate> sizes;
  for (const double edge : {8.0, 16.0, 32.0, 64.0}) {
    SizeEstimate size;
    size.edge = edge;
    size.t = {t_c + a * std::pow(edge, -1.0 / nu), error};
    size.configuration_error = error;
    sizes.push_back(size);
  }
  return sizes;
}

TEST(FiniteSize, ExtrapolatesExactly) {
  const auto fit = finite_size_fit(scaled(2.2692, 1.5, 1.0, 0.01), 1.0);
  EXPECT_NEAR(fit.t_c.value, 2.2692, 1e-12);
  EXPECT_NEAR(fit.slope.value, 1.5, 1e-11);
  EXPECT_NEAR(fit.chi2, 0.0, 1e-12);
  EXPECT_EQ(fit.n_freedom, 2);
  // Of the straight line with equal errors: σ² Σx² / (n Σx² − (Σx)²).
  double s = 0.0, sx = 0.0, sxx = 0.0;
  for (const double edge : {8.0, 16.0, 32.0, 64.0}) s += 1.0, sx += 1.0 / edge, sxx += 1.0 / edge / edge;
  EXPECT_NEAR(fit.t_c.error, 0.01 * std::sqrt(sxx / (s * sxx - sx * sx)), 1e-12);
}

TEST(FiniteSize, FitsNu) {
  const auto fit = finite_size_fit_of_nu(scaled(2.2692, 1.5, 0.8, 1e-4), 100, 1);
  EXPECT_NEAR(fit.t_c.value, 2.2692, 1e-5);
  EXPECT_NEAR(fit.nu.value, 0.8, 1e-3);
  EXPECT_GT(fit.nu.error, 0.0);
  EXPECT_LT(fit.nu.error, 0.05);
  EXPECT_EQ(fit.n_freedom, 1);
}

TEST(FiniteSize, NetworksSharedBySizesAreNotIndependent) {
  // Each network is off by the same at every size: that shift is the error of T_c, whatever the fit's coefficients.
  auto sizes = scaled(2.2692, 1.5, 1.0, 0.01);
  for (auto& size : sizes) {
    size.configuration_error = 0.0;
    for (const double shift : {-0.01, 0.0, 0.01}) size.of_network.push_back(size.t.value + shift);
  }
  EXPECT_NEAR(finite_size_fit(sizes, 1.0).t_c.error, 0.01 / std::sqrt(3.0), 1e-12);
}

TEST(FiniteSize, NeedsSizes) {
  auto sizes = scaled(2.2692, 1.5, 1.0, 0.01);
  sizes.resize(2);
  EXPECT_NO_THROW(finite_size_fit(sizes, 1.0));
  EXPECT_THROW(finite_size_fit_of_nu(sizes, 10, 1), Error);
  sizes[1].edge = sizes[0].edge;
  EXPECT_THROW(finite_size_fit(sizes, 1.0), Error);
}

}  // namespace
}  // namespace spinel
