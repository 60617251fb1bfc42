#include "model/generators/wrapped_normal.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.hpp"

namespace spinel {
namespace {

TEST(WrappedNormal, DensityIntegratesToOneAndRepeats) {
  for (const double sigma : {0.005, 0.05, 0.3, 1.0, 3.0}) {
    double sum = 0.0;
    const int n = 20000;
    for (int i = 0; i < n; ++i) sum += wrapped_normal((i + 0.5) / n, sigma) / n;
    EXPECT_NEAR(sum, 1.0, 1e-9) << sigma;
    EXPECT_NEAR(wrapped_normal(0.3, sigma), wrapped_normal(-4.7, sigma), 1e-9 * wrapped_normal(0.0, sigma)) << sigma;
  }
}

TEST(WrappedNormal, ScoreIsTheDerivativeOfTheLogarithm) {
  for (const double sigma : {0.02, 0.1, 0.3, 1.0})
    for (const double d : {-0.49, -0.2, 0.0, 0.1, 0.33, 0.5, 1.7}) {
      const double h = 1e-6;
      const double slope =
          (std::log(wrapped_normal(d + h, sigma)) - std::log(wrapped_normal(d - h, sigma))) / (2.0 * h);
      EXPECT_NEAR(wrapped_normal_score(d, sigma), slope, 1e-4 * (1.0 + std::abs(slope))) << sigma << " " << d;
    }
  // Where every image underflows in single precision.
  EXPECT_NEAR(wrapped_normal_score(0.499, 0.005), -0.499 / 0.005 / 0.005, 1e-6);
  EXPECT_NEAR(wrapped_normal_score(0.5, 0.005), 0.0, 0.5 / 0.005 / 0.005);
  EXPECT_TRUE(std::isfinite(static_cast<float>(wrapped_normal_score(0.4999999, 0.001))));
}

TEST(WrappedNormal, MeanSquareOfTheScoreIsThatOfDraws) {
  RandomSequence numbers(Random(5, RandomPurpose::test), 0, 0);
  for (const double sigma : {0.005, 0.02, 0.1, 0.25, 0.5}) {
    double sum = 0.0, square = 0.0;
    const int n = 200000;
    for (int i = 0; i < n; ++i) {
      const double s = std::pow(wrapped_normal_score(sigma * numbers.normal(), sigma), 2);
      sum += s / n;
      square += s * s / n;
    }
    const double error = std::sqrt((square - sum * sum) / n);
    EXPECT_NEAR(wrapped_normal_score_square(sigma), sum, 4.0 * error) << sigma;
  }
}

TEST(WrappedNormal, LevelsGrowByOneFactor) {
  const auto levels = geometric_levels(0.005, 0.5, 101);
  EXPECT_DOUBLE_EQ(levels.front(), 0.005);
  EXPECT_NEAR(levels.back(), 0.5, 1e-14);
  EXPECT_NEAR(levels[50], 0.05, 1e-14);
}

}  // namespace
}  // namespace spinel
