#include "dynamics/analysis/block_average.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.hpp"
#include "dynamics/analysis/run_averages.hpp"

namespace spinel {
namespace {

/// x_{k+1} = φ x_k + √(1 − φ²) g: unit variance, correlation φ^k.
class Ar1 {
 public:
  Ar1(double phi, std::uint64_t series) : phi_(phi), sequence_(Random(11, RandomPurpose::test), series, 0) {
    x_ = sequence_.normal();
  }
  double next() { return x_ = phi_ * x_ + std::sqrt(1.0 - phi_ * phi_) * sequence_.normal(); }

 private:
  double phi_, x_;
  RandomSequence sequence_;
};

double exact_error(double phi, std::int64_t n) {
  const auto m = static_cast<double>(n);
  const double variance =
      ((1.0 + phi) / (1.0 - phi) - 2.0 * phi * (1.0 - std::pow(phi, m)) / (m * (1.0 - phi) * (1.0 - phi))) / m;
  return std::sqrt(variance);
}

TEST(BlockAverage, ErrorOfCorrelatedNoise) {
  for (const double phi : {0.0, 0.8, 0.98}) {
    constexpr std::int64_t n = 1 << 16;
    double sum = 0.0, within = 0.0, converged = 0.0;
    constexpr int series = 60;
    for (int s = 0; s < series; ++s) {
      Ar1 noise(phi, static_cast<std::uint64_t>(s));
      BlockAverage average;
      for (std::int64_t k = 0; k < n; ++k) average.add(noise.next());
      const auto e = average.estimate();
      sum += e.error;
      within += std::abs(e.mean) < e.error ? 1.0 : 0.0;
      converged += e.converged ? 1.0 : 0.0;
      EXPECT_NEAR(e.variance, 1.0, 6.0 * exact_error(phi * phi, n) * std::sqrt(2.0));
    }
    // Blocks of finite length leave a few per cent of a long correlation out.
    EXPECT_NEAR(sum / series / exact_error(phi, n), 1.0, 0.08) << phi;
    // Binomial: 68.3 ± 6 %, four of those.
    EXPECT_NEAR(within / series, 0.683, 0.24) << phi;
    EXPECT_GT(converged / series, 0.95) << phi;
  }
}

TEST(BlockAverage, SaysWhenTheSeriesIsTooShort) {
  Ar1 noise(0.999, 1);
  BlockAverage average;
  for (int k = 0; k < 200; ++k) average.add(noise.next());
  EXPECT_FALSE(average.estimate().converged);
}

TEST(BlockAverage, SurvivesALargeOffsetAndOddCounts) {
  BlockAverage plain, shifted;
  Ar1 noise(0.8, 3);
  double sum = 0.0;
  constexpr int n = 12345;
  for (int k = 0; k < n; ++k) {
    const double x = noise.next();
    sum += x;
    plain.add(x);
    shifted.add(x + 1e8);
  }
  EXPECT_NEAR(plain.estimate().mean, sum / n, 1e-13);
  EXPECT_NEAR(shifted.estimate().error, plain.estimate().error, 1e-7);
  EXPECT_EQ(plain.estimate().samples, n);
}

TEST(BlockAverage, ConstantAndEmptySeries) {
  BlockAverage average;
  EXPECT_EQ(average.estimate().samples, 0);
  for (int k = 0; k < 100; ++k) average.add(3.25);
  EXPECT_EQ(average.estimate().mean, 3.25);
  EXPECT_EQ(average.estimate().error, 0.0);
}

TEST(BlockAverage, ContinuesBitwise) {
  Ar1 noise(0.7, 5);
  BlockAverage whole, part;
  for (int k = 0; k < 1001; ++k) {
    const double x = noise.next();
    whole.add(x);
    part.add(x);
    if (k == 333) {
      BlockAverage restored;
      restored.load(part.save());
      part = restored;
    }
  }
  EXPECT_EQ(whole.save(), part.save());
}

TEST(RunAverages, SlopeAndFluctuationOfTheConservedQuantity) {
  RunAverages averages;
  for (int k = 0; k < 1000; ++k) {
    Observation now;
    now.step = k;
    now.time = 100.0 + 0.5 * k;
    now.conserved = -1234.5 + 3e-4 * now.time + (k % 2 == 0 ? 0.01 : -0.01);
    averages.add(now);
  }
  EXPECT_NEAR(averages.conserved_slope(), 3e-4, 1e-6);
  EXPECT_NEAR(averages.conserved_fluctuation(), 0.01, 1e-5);
  EXPECT_NEAR(averages.conserved_change(), 3e-4 * 0.5 * 999 - 0.02, 1e-10);

  State state;
  averages.save(state);
  RunAverages restored;
  restored.load(state);
  EXPECT_EQ(restored.conserved_slope(), averages.conserved_slope());
  EXPECT_EQ(restored.samples(), 1000);
}

}  // namespace
}  // namespace spinel
