#include "ising/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/error.hpp"

namespace spinel {
namespace {

/// x ← a x + sqrt(1 − a²) g: unit variance, autocorrelation aᵗ, τ = (1 + a) / (2 (1 − a)).
std::vector<double> autoregressive(double a, std::size_t n, std::mt19937_64& engine, double mean = 0.0) {
  std::normal_distribution<double> normal;
  std::vector<double> series;
  double x = normal(engine);
  for (std::size_t i = 0; i < n; ++i) {
    series.push_back(mean + x);
    x = a * x + std::sqrt(1.0 - a * a) * normal(engine);
  }
  return series;
}

TEST(Autocorrelation, FindsTheTimeAndTheErrorOfAnAutoregressiveSeries) {
  std::mt19937_64 engine(5);
  for (const double a : {0.0, 0.5, 0.9, -0.3}) {
    constexpr std::size_t n = 20000;
    constexpr int n_series = 200;
    const double tau = (1.0 + a) / (2.0 * (1.0 - a));
    double taus = 0.0, tau_squares = 0.0, errors = 0.0, scatter = 0.0, tau_errors = 0.0;
    for (int s = 0; s < n_series; ++s) {
      const auto found = autocorrelation(autoregressive(a, n, engine, 3.0));
      EXPECT_TRUE(found.reliable);
      taus += found.tau / n_series;
      tau_squares += found.tau * found.tau / n_series;
      tau_errors += found.tau_error / n_series;
      errors += found.mean.error / n_series;
      scatter += std::pow(found.mean.value - 3.0, 2) / n_series;
    }
    EXPECT_NEAR(taus, tau, 0.03 * tau) << a;
    EXPECT_NEAR(errors, std::sqrt(2.0 * tau / n), 0.03 * errors) << a;
    // 200 series scatter as their errors predict, to 1/sqrt(400) = 5 %.
    EXPECT_NEAR(std::sqrt(scatter), errors, 0.15 * errors) << a;
    if (a > 0.0) {
      EXPECT_NEAR(std::sqrt(tau_squares - taus * taus), tau_errors, 0.25 * tau_errors) << a;
    }
  }
}

TEST(Autocorrelation, LongTimesAreFoundInMeansOfManyMeasurements) {
  std::mt19937_64 engine(6);
  const double a = 0.999, tau = (1.0 + a) / (2.0 * (1.0 - a));
  const auto found = autocorrelation(autoregressive(a, 1000000, engine));
  EXPECT_TRUE(found.reliable);
  EXPECT_GT(found.window, 1000);
  EXPECT_NEAR(found.tau, tau, 4.0 * found.tau_error);
  EXPECT_LT(found.tau_error, 0.2 * tau);
}

TEST(Autocorrelation, ReplicasCountTogether) {
  std::mt19937_64 engine(7);
  std::vector<std::vector<double>> replicas;
  for (const std::size_t n : {5000, 20000, 15000}) replicas.push_back(autoregressive(0.8, n, engine, 1.0));
  const auto found = autocorrelation({&replicas[0], &replicas[1], &replicas[2]});
  EXPECT_NEAR(found.tau, 4.5, 4.0 * found.tau_error);
  EXPECT_LT(found.tau_error, 0.5);
  EXPECT_NEAR(found.mean.error, std::sqrt(9.0 / 40000.0), 0.1 * found.mean.error);
  EXPECT_NEAR(found.mean.value, 1.0, 4.0 * found.mean.error);
}

TEST(Autocorrelation, ConstantAndShortSeries) {
  const auto constant = autocorrelation(std::vector<double>(100, 0.1));
  EXPECT_EQ(constant.mean.value, 0.1);
  EXPECT_EQ(constant.mean.error, 0.0);
  EXPECT_EQ(constant.tau, 0.5);
  std::mt19937_64 engine(8);
  EXPECT_FALSE(autocorrelation(autoregressive(0.99, 300, engine)).reliable);
  EXPECT_THROW(autocorrelation(std::vector<double>()), Error);
}

TEST(Series, TakesTheSumsOfTheLattice) {
  Series series;
  const LatticeSums sums = {20, -4, 6};
  series.add(sums, {1.0, 0.5, 2.0}, 16);
  series.add(sums, {-1.0, 0.5, 2.0}, 16);
  EXPECT_EQ(series.energy, (std::vector<double>{(-20.0 + 2.0) / 16.0, (20.0 + 2.0) / 16.0}));
  EXPECT_EQ(series.magnetization, (std::vector<double>{-0.25, -0.25}));
  EXPECT_EQ(series.order, (std::vector<double>{-0.25, 0.375}));
}

/// Independent Gaussian energies and order parameters: every average and error is known.
TEST(Observables, ErrorsOfGaussianMeasurements) {
  std::mt19937_64 engine(9);
  std::normal_distribution<double> normal;
  std::vector<Series> replicas(2);
  constexpr double temperature = 2.0, sigma = 0.01;
  constexpr std::int64_t n_spins = 100;
  for (Series& series : replicas)
    for (int i = 0; i < 200000; ++i) {
      series.energy.push_back(-1.5 + sigma * normal(engine));
      series.order.push_back(normal(engine));
      series.magnetization.push_back(series.order.back());
    }
  const Observables found = analyze(replicas, temperature, n_spins);
  const double n = 400000.0, root = std::sqrt(n), pi = std::acos(-1.0);
  EXPECT_TRUE(found.reliable);
  EXPECT_EQ(found.samples, 400000);
  EXPECT_GE(found.bins, 200);
  // 256 bins know an error to 1/sqrt(512) = 4.4 %.
  const auto expect = [](const char* what, const Estimate& estimate, double value, double error) {
    EXPECT_NEAR(estimate.value, value, 4.0 * error) << what;
    EXPECT_NEAR(estimate.error, error, 0.15 * error) << what;
  };
  expect("energy", found.energy, -1.5, sigma / root);
  expect("magnetization", found.magnetization, 0.0, 1.0 / root);
  expect("order", found.order, std::sqrt(2.0 / pi), std::sqrt(1.0 - 2.0 / pi) / root);
  expect("order2", found.order2, 1.0, std::sqrt(2.0) / root);
  expect("order4", found.order4, 3.0, std::sqrt(96.0) / root);
  const double c = n_spins * sigma * sigma / (temperature * temperature);
  expect("specific heat", found.specific_heat, c, c * std::sqrt(2.0) / root);
  expect("susceptibility above T_c", found.susceptibility_disordered, 50.0, 50.0 * std::sqrt(2.0) / root);
  // Var(m4)/9 + 4 Var(m2) − (4/3) Cov(m2, m4), by the delta method.
  expect("Binder cumulant", found.binder, 0.0, std::sqrt(8.0 / 3.0) / root);
  // The variance of |x|: fourth central moment less its square.
  const double m = std::sqrt(2.0 / pi), v = 1.0 - m * m;
  const double fourth = 3.0 - 8.0 * m * m + 6.0 * m * m - 3.0 * m * m * m * m;
  expect("susceptibility", found.susceptibility, n_spins * v / temperature,
         n_spins / temperature * std::sqrt(fourth - v * v) / root);
}

TEST(Observables, ErrorsAllowForCorrelations) {
  std::mt19937_64 engine(10);
  constexpr std::size_t n = 400000;
  constexpr double a = 0.95;
  Series series;
  series.energy = autoregressive(a, n, engine);
  series.order = autoregressive(a, n, engine);
  series.magnetization = series.order;
  const Observables found = analyze({series}, 1.0, 1);
  EXPECT_TRUE(found.reliable);
  EXPECT_GE(static_cast<double>(found.bin_size), 20.0 * 0.9 * found.tau_energy.tau);
  const double tau = (1.0 + a) / (2.0 * (1.0 - a)), tau2 = (1.0 + a * a) / (2.0 * (1.0 - a * a));
  EXPECT_NEAR(found.energy.error, std::sqrt(2.0 * tau / n), 0.15 * found.energy.error);
  // The square of the process is correlated as a²ᵗ, with variance 2.
  EXPECT_NEAR(found.order2.error, std::sqrt(2.0 * tau2 * 2.0 / n), 0.15 * found.order2.error);
  EXPECT_NEAR(found.specific_heat.error, std::sqrt(2.0 * tau2 * 2.0 / n), 0.15 * found.specific_heat.error);
  EXPECT_NEAR(found.tau_order2.tau, tau2, 4.0 * found.tau_order2.tau_error);
}

/// 40 measurements underestimate a variance by 1/40; the jackknife does not.
TEST(Observables, JackknifeTakesTheBiasOff) {
  std::mt19937_64 engine(11);
  std::normal_distribution<double> normal;
  double mean = 0.0;
  constexpr int n_runs = 4000;
  for (int run = 0; run < n_runs; ++run) {
    Series series;
    for (int i = 0; i < 40; ++i) {
      series.energy.push_back(normal(engine));
      series.order.push_back(1.0);
      series.magnetization.push_back(1.0);
    }
    mean += analyze({series}, 1.0, 1).specific_heat.value / n_runs;
  }
  EXPECT_NEAR(mean, 1.0, 0.012);
}

TEST(Observables, ShortSeries) {
  Series series;
  series.energy = {-1.0};
  series.order = series.magnetization = {1.0};
  EXPECT_THROW(analyze({series}, 1.0, 4), Error);
  series.energy.push_back(-2.0);
  series.order.push_back(0.5);
  series.magnetization.push_back(0.5);
  const Observables found = analyze({series, Series()}, 1.0, 4);
  EXPECT_FALSE(found.reliable);
  EXPECT_DOUBLE_EQ(found.energy.value, -1.5);
  EXPECT_DOUBLE_EQ(found.energy.error, 0.5);
}

}  // namespace
}  // namespace spinel
