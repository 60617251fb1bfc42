#include "bayes/choice/acquisition.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace spinel {
namespace {

/// ∫ f(y) of a normal density by Simpson's rule over 12 standard deviations.
template <class F>
double normal_mean(double mean, double sigma, const F& f) {
  constexpr int n = 200000;
  const double h = 24.0 / n;
  double sum = 0.0;
  for (int i = 0; i <= n; ++i) {
    const double z = -12.0 + h * i, weight = i == 0 || i == n ? 1.0 : i % 2 == 1 ? 4.0 : 2.0;
    sum += weight * std::exp(-0.5 * z * z) * f(mean + sigma * z);
  }
  return sum * h / 3.0 / std::sqrt(2.0 * M_PI);
}

TEST(Acquisition, ExpectedImprovementIsItsIntegral) {
  for (const double mean : {-1.3, 0.2, 2.0})
    for (const double sigma : {0.1, 0.7, 2.0}) {
      const double threshold = 0.4;
      const double below = normal_mean(mean, sigma, [&](double y) { return std::max(0.0, threshold - y); });
      const double above = normal_mean(mean, sigma, [&](double y) { return std::max(0.0, y - threshold); });
      EXPECT_NEAR(expected_improvement(mean, sigma, threshold, Goal::minimize), below, 1e-7);
      EXPECT_NEAR(expected_improvement(mean, sigma, threshold, Goal::maximize), above, 1e-7);
    }
}

TEST(Acquisition, MinimizingIsMaximizingTheNegative) {
  AcquisitionSettings low, high;
  high.goal = Goal::maximize;
  for (const auto kind : {AcquisitionKind::log_ei, AcquisitionKind::ei, AcquisitionKind::pi, AcquisitionKind::ucb,
                          AcquisitionKind::mean}) {
    low.kind = high.kind = kind;
    for (const double mean : {-3.0, 0.1, 1.7})
      EXPECT_DOUBLE_EQ(score(low, mean, 0.3, 0.5), score(high, -mean, 0.3, -0.5));
  }
}

TEST(Acquisition, LogImprovementIsSmoothFarOut) {
  // log(φ(z) + zΦ(z)) by 50 digits (mpmath).
  const double exact[][2] = {{-1.0, -2.4851210257}, {0.0, -0.91893853320467274}};
  EXPECT_NEAR(log_improvement(exact[1][0]), exact[1][1], 1e-15);
  EXPECT_NEAR(log_improvement(exact[0][0]), exact[0][1], 1e-9);
  for (const double z : {-1.0, -10.0}) {  // where formulas change
    const double below = log_improvement(std::nextafter(z, -100.0)), above = log_improvement(std::nextafter(z, 100.0));
    EXPECT_NEAR(below, above, 1e-12 * std::abs(above));
  }
  // z ≪ 0: −z²/2 − log √(2π) − 2 log |z| − 3/z² …
  for (const double z : {-50.0, -1e3, -1e6})
    EXPECT_NEAR(log_improvement(z), -0.5 * z * z - 0.5 * std::log(2.0 * M_PI) - 2.0 * std::log(-z) - 3.0 / (z * z),
                1e-5 + 1e-15 * z * z);
  for (const double z : {-30.0, -11.0, -9.0, -3.0, -0.5, 0.0, 2.0}) {
    const double h = 1e-5 * std::max(1.0, std::abs(z));
    const double slope = (log_improvement(z + h) - log_improvement(z - h)) / (2.0 * h);
    EXPECT_NEAR(log_improvement_slope(z), slope, 1e-6 * std::abs(slope)) << z;
  }
  EXPECT_EQ(std::exp(log_expected_improvement(5.0, 0.1, 0.0, Goal::minimize)), 0.0);
  EXPECT_TRUE(std::isfinite(log_expected_improvement(5.0, 0.1, 0.0, Goal::minimize)));
}

TEST(Acquisition, WithoutSpreadTheyAreTheLimit) {
  const double lowest = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(expected_improvement(1.0, 0.0, 1.5, Goal::minimize), 0.5);
  EXPECT_EQ(expected_improvement(2.0, 0.0, 1.5, Goal::minimize), 0.0);
  EXPECT_EQ(log_expected_improvement(2.0, 0.0, 1.5, Goal::minimize), lowest);
  EXPECT_EQ(probability_of_improvement(1.0, 0.0, 1.5, Goal::minimize), 1.0);
  EXPECT_EQ(probability_in_window(1.2, 0.0, 1.0, 1.5), 1.0);
  EXPECT_EQ(log_probability_in_window(1.7, 0.0, 1.0, 1.5), lowest);
}

TEST(Acquisition, WindowIsTheDifferenceOfTwoProbabilities) {
  for (const double mean : {-2.0, 0.5, 1.2, 4.0}) {
    const double p = normal_probability((1.7 - mean) / 0.6) - normal_probability((1.1 - mean) / 0.6);
    EXPECT_NEAR(probability_in_window(mean, 0.6, 1.1, 1.7), p, 1e-14);
  }
  // Far on either side the logarithm is still a number.
  EXPECT_NEAR(log_probability_in_window(100.0, 1.0, 1.0, 2.0), log_probability_in_window(-97.0, 1.0, 1.0, 2.0), 1e-9);
  EXPECT_LT(log_probability_in_window(100.0, 1.0, 1.0, 2.0), -4000.0);
}

TEST(Acquisition, QuantilesInvertTheProbability) {
  for (const double z : {-7.0, -3.0, -0.4, 0.0, 0.1, 2.5, 5.0})
    EXPECT_NEAR(normal_quantile(normal_probability(z)), z, 1e-9 * std::max(1.0, std::exp(0.5 * z * z) * 1e-6)) << z;
  EXPECT_NEAR(normal_quantile(1e-12), -7.0344838253011315, 1e-12);
  EXPECT_NEAR(std::exp(log_normal_probability(-5.0)), normal_probability(-5.0), 1e-20);
  EXPECT_NEAR(log_normal_probability(3.0), std::log(normal_probability(3.0)), 1e-15);
}

TEST(Acquisition, NamesAreChecked) {
  EXPECT_EQ(acquisition_kind("log_ei"), AcquisitionKind::log_ei);
  EXPECT_EQ(goal_of("maximize"), Goal::maximize);
  EXPECT_THROW(acquisition_kind("best"), Error);
  EXPECT_THROW(goal_of("best"), Error);
}

}  // namespace
}  // namespace spinel
