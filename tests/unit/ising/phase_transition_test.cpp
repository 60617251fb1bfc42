#include "ising/transition/phase_transition.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"

namespace spinel {
namespace {

constexpr std::int64_t n_spins = 400;

/// p = ±√N·m(T) with m falling like a Fermi function about 2.25, and noise that is widest at 2.4.
struct Data {
  std::vector<double> temperatures;
  std::vector<std::vector<double>> p;
};

Data make_data(std::size_t n_temperatures, std::size_t n_values, bool transition) {
  const Random random(3, RandomPurpose::test);
  Data data;
  for (std::size_t t = 0; t < n_temperatures; ++t) {
    const double temperature = 1.0 + 3.0 * static_cast<double>(t) / static_cast<double>(n_temperatures - 1);
    data.temperatures.push_back(temperature);
    RandomSequence sequence(random, 1, t);
    auto& values = data.p.emplace_back();
    for (std::size_t k = 0; k < n_values; ++k) {
      const double m = transition ? 1.0 / (1.0 + std::exp((temperature - 2.25) / 0.1)) : 0.8;
      const double width = 0.05 + 0.5 * std::exp(-30.0 * std::pow(temperature - 2.4, 2));
      values.push_back((sequence.uniform() < 0.5 ? -20.0 : 20.0) * m + (transition ? width : 0.1) * sequence.normal());
    }
  }
  return data;
}

TEST(PhaseTransition, FindsTheStepAndThePeak) {
  const Data data = make_data(31, 400, true);
  const auto result = phase_transition(data.temperatures, data.p, n_spins, 100, 7);
  ASSERT_EQ(result.order.size(), 31U);
  EXPECT_NEAR(result.order.front().value, 1.0, 0.01);
  EXPECT_LT(result.order.back().value, 0.01);
  // Of m² the steepest descent lies below that of m: at 2.25 − 0.1 ln 2.
  EXPECT_NEAR(result.steepest.value, 2.25 - 0.1 * std::log(2.0), 0.02);
  EXPECT_LT(result.steepest.error, 0.01);
  EXPECT_NEAR(result.peak.value, 2.4, 0.06);
  EXPECT_GT(result.peak.error, 0.0);
  EXPECT_DOUBLE_EQ(result.found, 1.0);
}

TEST(PhaseTransition, ErrorsAreTheScatterOfIndependentData) {
  Data data = make_data(7, 500, true);
  const auto result = phase_transition(data.temperatures, data.p, n_spins, 400, 7);
  for (std::size_t t = 0; t < 7; ++t) {
    double mean = 0.0, square = 0.0;
    for (const double p : data.p[t]) mean += std::abs(p) / 500.0, square += p * p / 500.0;
    const double error = std::sqrt((square - mean * mean) / 500.0 / n_spins);
    EXPECT_NEAR(result.order[t].error / error, 1.0, 0.15) << t;
    EXPECT_NEAR(result.fluctuation[t].value, square - mean * mean, 1e-9 * square) << t;
  }
}

TEST(PhaseTransition, DependsOnTheSeedOnlyInItsErrors) {
  const Data data = make_data(9, 50, true);
  const auto a = phase_transition(data.temperatures, data.p, n_spins, 60, 1);
  const auto b = phase_transition(data.temperatures, data.p, n_spins, 60, 1);
  const auto c = phase_transition(data.temperatures, data.p, n_spins, 60, 2);
  EXPECT_EQ(a.steepest.error, b.steepest.error);
  EXPECT_NE(a.steepest.error, c.steepest.error);
  EXPECT_EQ(a.steepest.value, c.steepest.value);
}

TEST(PhaseTransition, SaysWhereThereIsNone) {
  // Temperatures that end before the descent does: the steepest part is at the end.
  Data data = make_data(31, 100, true);
  data.temperatures.resize(13);
  data.p.resize(13);
  EXPECT_EQ(phase_transition(data.temperatures, data.p, n_spins, 50, 1).found, 0.0);
  data.p[3].resize(1);
  EXPECT_THROW(phase_transition(data.temperatures, data.p, n_spins, 50, 1), Error);
  data.temperatures.resize(4);
  data.p.resize(4);
  EXPECT_THROW(phase_transition(data.temperatures, data.p, n_spins, 50, 1), Error);
}

}  // namespace
}  // namespace spinel
