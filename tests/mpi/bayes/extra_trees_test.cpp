#include "bayes/forest/extra_trees.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.hpp"

namespace spinel {
namespace {

Points draw(Eigen::Index n, Eigen::Index width, std::uint64_t step) {
  const Random random(3, RandomPurpose::test);
  Points x(n, width);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index f = 0; f < width; ++f)
      x(i, f) = random.uniform4(step, static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(f))[0];
  return x;
}

/// Two features count of twelve.
double truth(const Eigen::RowVectorXd& x) { return (x[0] > 0.4 ? 2.0 : 0.0) + x[1]; }

Eigen::VectorXd labels(const Points& x) {
  Eigen::VectorXd y(x.rows());
  for (Eigen::Index i = 0; i < x.rows(); ++i) y[i] = truth(x.row(i));
  return y;
}

ExtraTrees forest(const Points& x, const Eigen::VectorXd& y, ForestSettings settings = {}) {
  return {Communicator::self(), x, y, settings};
}

TEST(ExtraTrees, ReturnsWhatItHasSeen) {
  // Leaves of one sample: every tree ends at the sample itself.
  const Points x = draw(60, 4, 0);
  const Eigen::VectorXd y = labels(x);
  const auto forecast = forest(x, y).predict(x);
  for (std::size_t i = 0; i < 60; ++i) {
    EXPECT_NEAR(forecast.mean[i], y[static_cast<Eigen::Index>(i)], 1e-12);
    EXPECT_NEAR(forecast.sigma[i], 0.0, 1e-7);
  }
}

TEST(ExtraTrees, LearnsAStepAmongFeaturesThatSayNothing) {
  const Points x = draw(500, 12, 0), asked = draw(3000, 12, 1);
  const auto forecast = forest(x, labels(x)).predict(asked);
  const Eigen::VectorXd expected = labels(asked);
  double error = 0.0, spread = 0.0, within = 0.0;
  for (std::size_t i = 0; i < 3000; ++i) {
    const double e = forecast.mean[i] - expected[static_cast<Eigen::Index>(i)];
    error += std::abs(e) / 3000;
    spread += std::abs(expected[static_cast<Eigen::Index>(i)] - expected.mean()) / 3000;
    within += std::abs(e) < 2.0 * forecast.sigma[i] ? 1.0 / 3000 : 0.0;
  }
  // scikit-learn leaves 0.30 ± 0.01 with data of this kind.
  EXPECT_LT(error, 0.28 * spread);
  EXPECT_GT(within, 0.8);
}

TEST(ExtraTrees, LeavesAreAsLargeAsAsked) {
  // Values of leaves are means of at least 20 of 40 samples: there can be two of them in a tree at most.
  const Points x = draw(40, 3, 0);
  Eigen::VectorXd y(40);
  for (Eigen::Index i = 0; i < 40; ++i) y[i] = i < 20 ? 0.0 : 1.0;
  ForestSettings settings;
  settings.n_trees = 1;
  settings.smallest_leaf = 20;
  const auto forecast = forest(x, y, settings).predict(x);
  double sum = 0.0;
  for (const double mean : forecast.mean) sum += mean;
  EXPECT_NEAR(sum, 20.0, 1e-9);
  settings.smallest_leaf = 21;
  for (const double mean : forest(x, y, settings).predict(x).mean) EXPECT_NEAR(mean, 0.5, 1e-12);
}

TEST(ExtraTrees, SamplesThatAreAlikeAreOneLeaf) {
  const Points x = Points::Ones(5, 2);
  Eigen::VectorXd y(5);
  y << 1, 2, 3, 4, 5;
  const auto forecast = forest(x, y).predict(Points::Zero(1, 2));
  EXPECT_NEAR(forecast.mean[0], 3.0, 1e-12);
  EXPECT_NEAR(forecast.sigma[0], 0.0, 1e-12);
}

TEST(ExtraTrees, DependsOnSeedAndNumber) {
  const Points x = draw(50, 4, 0), asked = draw(20, 4, 1);
  const Eigen::VectorXd y = labels(x);
  ForestSettings other;
  other.seed = 2;
  ForestSettings next;
  next.number = 1;
  const auto first = forest(x, y).predict(asked);
  EXPECT_EQ(first.mean, forest(x, y).predict(asked).mean);
  EXPECT_NE(first.mean, forest(x, y, other).predict(asked).mean);
  EXPECT_NE(first.mean, forest(x, y, next).predict(asked).mean);
}

TEST(ExtraTrees, IsTheSameOnAnyNumberOfRanks) {
  const Random random(3, RandomPurpose::test);
  Points x(80, 6), asked(1500, 6);
  Eigen::VectorXd y(80);
  for (Eigen::Index i = 0; i < asked.rows(); ++i)
    for (Eigen::Index f = 0; f < 6; ++f)
      asked(i, f) = random.uniform4(0, static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(f))[0];
  for (Eigen::Index i = 0; i < 80; ++i) {
    x.row(i) = asked.row(i) * 0.9;
    y[i] = x(i, 0) * x(i, 1) + (x(i, 2) > 0.5 ? 1.0 : 0.0);
  }
  const auto together = ExtraTrees(Communicator::world(), x, y, {}).predict(asked);
  const auto alone = ExtraTrees(Communicator::self(), x, y, {}).predict(asked);
  EXPECT_EQ(together.mean, alone.mean);
  EXPECT_EQ(together.sigma, alone.sigma);
}

}  // namespace
}  // namespace spinel
