#include "train/optimizer.hpp"

#include <gtest/gtest.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>
#include <torch/types.h>

#include <functional>

namespace spinel {
namespace {

/// Steps of Optimizer against those of torch, on the gradient of Σ sin(k w) with weights that decay.
void compare(const OptimizerSettings& settings,
             const std::function<std::unique_ptr<torch::optim::Optimizer>(torch::Tensor)>& make) {
  torch::Tensor theirs = torch::linspace(-1.0, 1.0, 24, torch::kDouble).requires_grad_(true);
  const torch::Tensor factor = torch::linspace(0.5, 3.0, 24, torch::kDouble);
  std::vector<double> mine(theirs.data_ptr<double>(), theirs.data_ptr<double>() + 24);
  const auto peer = make(theirs);
  Optimizer<double> optimizer(settings, 24, std::vector<std::uint8_t>(24, 1));
  for (int step = 0; step < 50; ++step) {
    peer->zero_grad();
    (factor * theirs).sin().sum().backward();
    const torch::Tensor gradient = theirs.grad().clone();
    peer->step();
    optimizer.step(mine.data(), gradient.data_ptr<double>(), 0.01);
    for (int i = 0; i < 24; ++i) ASSERT_NEAR(mine[i], theirs[i].item<double>(), 1e-12) << step;
  }
}

TEST(Optimizer, AdamWIsThatOfTorch) {
  OptimizerSettings settings;
  settings.weight_decay = 0.05;
  settings.beta1 = 0.8;
  settings.beta2 = 0.95;
  compare(settings, [](torch::Tensor w) {
    return std::make_unique<torch::optim::AdamW>(
        std::vector<torch::Tensor>{w}, torch::optim::AdamWOptions(0.01).betas({0.8, 0.95}).weight_decay(0.05));
  });
}

TEST(Optimizer, SgdIsThatOfTorch) {
  for (const bool nesterov : {false, true}) {
    OptimizerSettings settings;
    settings.kind = "sgd";
    settings.weight_decay = 0.05;
    settings.momentum = 0.8;
    settings.nesterov = nesterov;
    compare(settings, [nesterov](torch::Tensor w) {
      return std::make_unique<torch::optim::SGD>(
          std::vector<torch::Tensor>{w},
          torch::optim::SGDOptions(0.01).momentum(0.8).weight_decay(0.05).nesterov(nesterov));
    });
  }
}

TEST(Optimizer, WeightDecayIsForMatricesOnly) {
  OptimizerSettings settings;
  settings.weight_decay = 0.1;
  Optimizer<float> optimizer(settings, 2, {1, 0});
  std::vector<float> weight = {1.0f, 1.0f};
  const std::vector<float> gradient = {0.0f, 0.0f};
  optimizer.step(weight.data(), gradient.data(), 0.5);
  EXPECT_FLOAT_EQ(weight[0], 0.95f);
  EXPECT_EQ(weight[1], 1.0f);
}

}  // namespace
}  // namespace spinel
