#include "network/dropout.hpp"

#include <gtest/gtest.h>

namespace spinel {
namespace {

std::vector<RandomSequence> sequences(const std::vector<std::uint64_t>& samples) {
  const Random random(5, RandomPurpose::training_noise);
  std::vector<RandomSequence> result;
  for (const std::uint64_t sample : samples) result.emplace_back(random, 3, sample);
  return result;
}

TEST(Dropout, LeavesOutTheShareAskedForAndKeepsTheMean) {
  std::vector<std::uint64_t> samples(200);
  for (std::size_t k = 0; k < samples.size(); ++k) samples[k] = k;
  auto noise = sequences(samples);
  const torch::Tensor x = torch::ones({200, 50}, torch::kDouble), y = dropout(x, 0.2, noise);
  EXPECT_NEAR((y == 0).to(torch::kDouble).mean().item<double>(), 0.2, 0.02);
  EXPECT_NEAR(y.mean().item<double>(), 1.0, 0.02);
  EXPECT_NEAR(y.max().item<double>(), 1.25, 1e-12);
  EXPECT_FALSE(torch::equal(y, dropout(x, 0.2, noise)));  // the next numbers
  EXPECT_TRUE(torch::equal(x, dropout(x, 0.0, noise)));
}

TEST(Dropout, OfASampleDoesNotDependOnTheOthers) {
  auto all = sequences({4, 7, 1}), one = sequences({7});
  const torch::Tensor x = torch::rand({3, 4, 5}).requires_grad_(true);
  for (int layer = 0; layer < 2; ++layer)
    EXPECT_TRUE(torch::equal(dropout(x, 0.5, all).narrow(0, 1, 1), dropout(x.narrow(0, 1, 1), 0.5, one)));
  const torch::Tensor y = dropout(x, 0.5, all);
  y.sum().backward();
  EXPECT_TRUE(torch::allclose(x.grad() * x.detach(), y.detach()));
}

}  // namespace
}  // namespace spinel
