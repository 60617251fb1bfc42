#include "core/random.hpp"

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>

namespace spinel {
namespace {

double open_unit(std::uint64_t word) { return (static_cast<double>(word >> 12) + 0.5) / 4503599627370496.0; }

TEST(Random, PhiloxKnownAnswers) {
  // philox4x64 with 10 rounds, from the kat_vectors file of Random123 (Salmon et al., SC'11).
  struct Vector {
    std::array<std::uint64_t, 4> counter;
    std::array<std::uint64_t, 2> key;
    std::array<std::uint64_t, 4> answer;
  };
  constexpr std::uint64_t ones = ~std::uint64_t{0};
  const std::array<Vector, 3> vectors = {
      {{{0, 0, 0, 0}, {0, 0}, {0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}},
       {{ones, ones, ones, ones},
        {ones, ones},
        {0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}},
       {{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
        {0x452821e638d01377, 0xbe5466cf34e90c6c},
        {0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6}}}};
  for (const auto& v : vectors) {
    r123::Philox4x64::ctr_type counter = {{v.counter[0], v.counter[1], v.counter[2], v.counter[3]}};
    r123::Philox4x64::key_type key = {{v.key[0], v.key[1]}};
    const auto words = r123::Philox4x64()(counter, key);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(words[k], v.answer[k]);
  }
  // The same through Random: seed and purpose are the key, (step, id, block, 0) the counter.
  const auto u = Random(0, static_cast<RandomPurpose>(0)).uniform4(0, 0, 0);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(u[k], open_unit(vectors[0].answer[k]));
}

TEST(Random, UniformNumbersStayInsideTheOpenInterval) {
  EXPECT_GT(open_unit(0), 0.0);
  EXPECT_LT(open_unit(~std::uint64_t{0}), 1.0);
  const Random random(3, RandomPurpose::test);
  for (std::uint64_t step = 0; step < 10000; ++step)
    for (const double u : random.uniform4(step, 5)) {
      ASSERT_GT(u, 0.0);
      ASSERT_LT(u, 1.0);
    }
}

TEST(Random, EveryArgumentChangesTheNumbers) {
  std::set<double> seen;
  for (const std::uint64_t seed : {1, 2})
    for (const auto purpose : {RandomPurpose::test, RandomPurpose::langevin})
      for (const std::uint64_t step : {0, 1})
        for (const std::uint64_t id : {0, 1})
          for (const std::uint64_t block : {0, 1}) seen.insert(Random(seed, purpose).uniform4(step, id, block)[0]);
  EXPECT_EQ(seen.size(), 32u);
}

/// Mean, variance, skewness and excess kurtosis of n draws, each within `sigmas` standard errors of the exact values.
/// Standard errors of mean and variance are exact; those of the higher moments come with the caller.
void expect_moments(const std::function<double()>& draw, int n, double mean, double variance, double excess_kurtosis) {
  double sum = 0.0, sum2 = 0.0;
  for (int k = 0; k < n; ++k) {
    const double x = draw() - mean;
    sum += x;
    sum2 += x * x;
  }
  const double mean_error = std::sqrt(variance / n);
  const double variance_error = variance * std::sqrt((excess_kurtosis + 2.0) / n);
  EXPECT_NEAR(sum / n, 0.0, 4.0 * mean_error);
  EXPECT_NEAR(sum2 / n, variance, 4.0 * variance_error);
}

TEST(Random, Normal3IsStandardNormalAndUncorrelated) {
  const Random random(11, RandomPurpose::test);
  constexpr int n = 200000;
  Vec3 sum = Vec3::Zero(), sum4 = Vec3::Zero();
  Mat3 covariance = Mat3::Zero();
  for (std::uint64_t id = 0; id < n; ++id) {
    const Vec3 x = random.normal3(17, id);
    sum += x;
    covariance += x * x.transpose();
    sum4 += x.array().pow(4).matrix();
  }
  for (int a = 0; a < 3; ++a) {
    EXPECT_NEAR(sum[a] / n, 0.0, 4.0 / std::sqrt(n));
    EXPECT_NEAR(sum4[a] / n, 3.0, 4.0 * std::sqrt(96.0 / n));
    for (int b = 0; b < 3; ++b)
      EXPECT_NEAR(covariance(a, b) / n, a == b ? 1.0 : 0.0, 4.0 * std::sqrt((a == b ? 2.0 : 1.0) / n));
  }
}

TEST(Random, SequenceMoments) {
  RandomSequence sequence(Random(5, RandomPurpose::test), 3, 9);
  constexpr int n = 200000;
  expect_moments([&] { return sequence.uniform(); }, n, 0.5, 1.0 / 12.0, -1.2);
  expect_moments([&] { return sequence.normal(); }, n, 0.0, 1.0, 0.0);
  for (const double shape : {0.3, 0.5, 1.0, 2.5, 150.0})
    expect_moments([&] { return sequence.gamma(shape); }, n, shape, shape, 6.0 / shape);
  for (const double dof : {1.0, 3.0, 95997.0})
    expect_moments([&] { return sequence.chi_squared(dof); }, n, dof, 2.0 * dof, 12.0 / dof);
  EXPECT_EQ(sequence.chi_squared(0.0), 0.0);
}

TEST(Random, GammaHasItsDistribution) {
  // Kolmogorov–Smirnov against the closed forms of shapes 1/2 (erf), 1 (exponential) and 2.
  RandomSequence sequence(Random(8, RandomPurpose::test), 0, 0);
  constexpr int n = 20000;
  const auto distance = [&](double shape, const std::function<double(double)>& cumulative) {
    std::multiset<double> sorted;
    for (int k = 0; k < n; ++k) sorted.insert(sequence.gamma(shape));
    double largest = 0.0;
    int k = 0;
    for (const double x : sorted) {
      const double p = cumulative(x);
      largest = std::max({largest, std::abs(p - static_cast<double>(k) / n), std::abs(p - (k + 1.0) / n)});
      ++k;
    }
    return largest * std::sqrt(n);
  };
  constexpr double critical = 1.95;  // exceeded with probability 0.001
  EXPECT_LT(distance(0.5, [](double x) { return std::erf(std::sqrt(x)); }), critical);
  EXPECT_LT(distance(1.0, [](double x) { return 1.0 - std::exp(-x); }), critical);
  EXPECT_LT(distance(2.0, [](double x) { return 1.0 - (1.0 + x) * std::exp(-x); }), critical);
}

}  // namespace
}  // namespace spinel
