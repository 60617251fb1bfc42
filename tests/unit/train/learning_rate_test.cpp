#include "train/learning_rate.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace spinel {
namespace {

LearningRateSettings settings(const char* schedule) {
  LearningRateSettings s;
  s.schedule = schedule;
  s.base = 0.01;
  s.epochs = 10;
  return s;
}

TEST(LearningRate, CosineFollowsItsFormula) {
  auto s = settings("cosine");
  s.minimum = 0.001;
  const LearningRate rate(s, 20);
  EXPECT_DOUBLE_EQ(rate.at(0), 0.01);
  EXPECT_DOUBLE_EQ(rate.at(100), 0.0055);
  EXPECT_DOUBLE_EQ(rate.at(50), 0.001 + 0.0045 * (1.0 + std::cos(std::acos(-1.0) * 0.25)));
  EXPECT_DOUBLE_EQ(rate.at(200), 0.001);
  EXPECT_DOUBLE_EQ(rate.at(500), 0.001);
}

TEST(LearningRate, WarmUpRisesLinearlyIntoTheSchedule) {
  auto s = settings("cosine");
  s.warm_up = 0.5;
  const LearningRate rate(s, 20);
  for (int step = 0; step < 10; ++step) EXPECT_DOUBLE_EQ(rate.at(step), 0.01 * (step + 1) / 10.0);
  EXPECT_DOUBLE_EQ(rate.at(10), 0.01);
  EXPECT_DOUBLE_EQ(rate.at(10 + 95), 0.005);
}

TEST(LearningRate, StepFallsAtItsEpochs) {
  auto s = settings("step");
  s.steps = {2, 5};
  const LearningRate rate(s, 3);
  EXPECT_DOUBLE_EQ(rate.at(5), 0.01);
  EXPECT_DOUBLE_EQ(rate.at(6), 0.001);
  EXPECT_DOUBLE_EQ(rate.at(14), 0.001);
  EXPECT_DOUBLE_EQ(rate.at(15), 0.01 * 0.1 * 0.1);
}

// The values at which torch.optim.lr_scheduler.ReduceLROnPlateau(patience=2, factor=0.5, min_lr=0.002) changes.
TEST(LearningRate, PlateauWaitsForPatience) {
  auto s = settings("plateau");
  s.patience = 2;
  s.factor = 0.5;
  s.minimum = 0.002;
  LearningRate rate(s, 1);
  const std::vector<double> value = {1.0, 0.9, 0.9, 0.89995, 0.9, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9};
  const std::vector<double> after = {.01, .01, .01, .01, .005, .005, .005, .005, .0025, .0025, .0025, .002};
  for (std::size_t k = 0; k < value.size(); ++k) {
    rate.epoch_done(value[k]);
    EXPECT_DOUBLE_EQ(rate.at(0), after[k]) << k;
    LearningRate other(s, 1);
    other.restore(rate.state());
    EXPECT_EQ(other.state(), rate.state());
    EXPECT_EQ(other.at(3), rate.at(3));
  }
}

}  // namespace
}  // namespace spinel
