#include "bayes/forest/extra_trees.hpp"

#include <gtest/gtest.h>

#include "core/random.hpp"

namespace spinel {
namespace {

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
