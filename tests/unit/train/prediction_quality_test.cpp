#include "train/data/prediction_quality.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/random.hpp"

namespace spinel {
namespace {

std::vector<std::size_t> all(std::size_t n) {
  std::vector<std::size_t> places(n);
  std::iota(places.begin(), places.end(), std::size_t{0});
  return places;
}

TEST(PredictionQuality, OfNumbers) {
  const std::vector<double> target = {1.0, 2.0, 3.0, 4.0, 100.0}, prediction = {1.5, 2.0, 2.0, 4.5, 0.0};
  const auto q = regression_quality(target, prediction, {0, 1, 2, 3});
  EXPECT_EQ(q.n, 4);
  EXPECT_DOUBLE_EQ(q.mae, 0.5);
  EXPECT_DOUBLE_EQ(q.rmse, std::sqrt(1.5 / 4.0));
  EXPECT_DOUBLE_EQ(q.r2, 1.0 - 1.5 / 5.0);
  EXPECT_DOUBLE_EQ(q.largest, 1.0);
  EXPECT_TRUE(std::isnan(regression_quality(target, prediction, {}).mae));
}

TEST(PredictionQuality, OfClasses) {
  // Scores of class 1: negatives 0.1, 0.4, 0.35; positives 0.8, 0.4. Of six pairs 5 in order, 1 tied.
  const std::vector<double> target = {0, 0, 0, 1, 1};
  const std::vector<double> probability = {0.9, 0.1, 0.6, 0.4, 0.65, 0.35, 0.2, 0.8, 0.6, 0.4};
  const auto q = classification_quality(target, probability, 2, all(5));
  EXPECT_DOUBLE_EQ(q.accuracy, 0.8);
  EXPECT_DOUBLE_EQ(q.auc, 5.5 / 6.0);
  EXPECT_NEAR(q.cross_entropy, -(std::log(0.9) + std::log(0.6) + std::log(0.65) + std::log(0.8) + std::log(0.4)) / 5.0,
              1e-15);
}

TEST(PredictionQuality, OfEnsembles) {
  const auto m = ensemble_mean({{1.0, 5.0}, {2.0, 5.0}, {6.0, 5.0}});
  EXPECT_DOUBLE_EQ(m.mean[0], 3.0);
  EXPECT_DOUBLE_EQ(m.spread[0], std::sqrt(7.0));
  EXPECT_EQ(m.spread[1], 0.0);
  EXPECT_EQ(ensemble_mean({{1.0, 5.0}}).spread, (std::vector<double>{0.0, 0.0}));
}

TEST(PredictionQuality, SpreadsThatAreStandardErrorsAreCalibrated) {
  const Random random(3, RandomPurpose::test);
  RandomSequence numbers(random, 0, 0);
  const std::size_t n = 40000;
  std::vector<double> target(n, 0.0);
  EnsembleMean right, small, unrelated;
  for (std::size_t k = 0; k < n; ++k) {
    const double spread = 0.1 + numbers.uniform();
    right.mean.push_back(spread * numbers.normal());
    right.spread.push_back(spread);
    small.spread.push_back(0.5 * spread);
    unrelated.spread.push_back(0.1 + numbers.uniform());
  }
  small.mean = unrelated.mean = right.mean;
  const Calibration good = calibration(target, right, all(n));
  EXPECT_NEAR(good.scale, 1.0, 0.01);
  EXPECT_NEAR(good.within_1, 0.6827, 0.01);
  EXPECT_NEAR(good.within_2, 0.9545, 0.005);
  EXPECT_LT(good.expected_error, 0.03);
  EXPECT_GT(good.rank_correlation, 0.3);
  ASSERT_EQ(good.bins.size(), 10u);
  EXPECT_EQ(good.bins[3].n, 4000);
  EXPECT_NEAR(good.bins[9].rmse / good.bins[9].spread, 1.0, 0.05);
  const Calibration bad = calibration(target, small, all(n));
  EXPECT_NEAR(bad.scale, 2.0, 0.02);
  EXPECT_NEAR(bad.expected_error, 1.0, 0.05);
  EXPECT_NEAR(calibration(target, unrelated, all(n)).rank_correlation, 0.0, 0.02);
}

}  // namespace
}  // namespace spinel
