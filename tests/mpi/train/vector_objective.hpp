#pragma once

#include <torch/csrc/autograd/autograd.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "network/dropout.hpp"
#include "train/objective.hpp"

namespace spinel::testing_support {

/// Numbers of vectors of six by a small perceptron, and with `slopes` their gradients too, as forces are learned.
/// Samples differ in cost, and a third of them alone uses one of the parameters, so that some shards give it no
/// gradient.
class VectorObjective final : public Objective {
 public:
  struct NetImpl : torch::nn::Module {
    NetImpl() : first(6, 16), second(16, 16), last(16, 1) {
      register_module("first", first);
      register_module("second", second);
      register_module("last", last);
      extra = register_parameter("extra", torch::zeros({1}));
      running = register_buffer("running", torch::zeros({2}));
    }
    torch::nn::Linear first, second, last;
    torch::Tensor extra, running;
  };

  explicit VectorObjective(std::int64_t n, bool in_double = true, bool slopes = false)
      : net_(std::make_shared<NetImpl>()), slopes_(slopes) {
    const Random random(11, RandomPurpose::test);
    const torch::NoGradGuard no_gradient;
    std::uint64_t id = 0;
    for (torch::Tensor& parameter : net_->parameters())
      for (std::int64_t i = 0; i < parameter.numel(); ++i)
        parameter.view({-1})[i] = 0.6 * (random.uniform4(0, id++)[0] - 0.5);
    net_->to(in_double ? torch::kDouble : torch::kFloat);
    input_ = torch::empty({n, 6}, torch::kDouble);
    target_ = torch::empty({n}, torch::kDouble);
    for (std::int64_t i = 0; i < n; ++i) {
      double sum = 0.0;
      for (std::int64_t k = 0; k < 6; ++k) {
        const double x = 2.0 * random.uniform4(1, static_cast<std::uint64_t>(6 * i + k))[0] - 1.0;
        input_[i][k] = x;
        sum += std::sin(2.0 * x) * (k % 2 == 0 ? 1.0 : -0.5);
      }
      target_[i] = sum;
    }
    input_ = input_.to(net_->extra.scalar_type());
    target_ = target_.to(net_->extra.scalar_type());
  }

  double dropout_rate = 0.0;  ///< behind both hidden layers

  NetImpl& net() { return *net_; }
  void spoil(std::int64_t sample) { target_[sample] = std::nan(""); }

  torch::nn::Module& module() override { return *net_; }
  std::int64_t n_samples() const override { return target_.size(0); }
  double cost(std::int64_t sample) const override { return 1.0 + static_cast<double>(sample % 13); }
  std::string name(std::int64_t sample) const override { return "vector-" + std::to_string(sample); }
  torch::Tensor loss(const Batch& batch) override {
    const torch::Tensor place = torch::tensor(batch.samples, torch::kLong);
    auto noise = batch.noise();
    net_->running += 1.0;
    torch::Tensor x = input_.index_select(0, place);
    if (slopes_) x.requires_grad_(true);
    const torch::Tensor predicted = predict(x, place, dropout_rate > 0.0 ? &noise : nullptr);
    torch::Tensor sum = (predicted - target_.index_select(0, place)).square().sum();
    if (slopes_ && !batch.samples.empty()) {
      const torch::Tensor slope = torch::autograd::grad({predicted.sum()}, {x}, {}, true, true)[0];
      const torch::Tensor sign = torch::tensor({2.0, -1.0, 2.0, -1.0, 2.0, -1.0}, x.options().requires_grad(false));
      sum = sum + (slope - sign * (2.0 * x.detach()).cos()).square().sum();
    }
    return sum / static_cast<double>(batch.size);
  }
  const std::vector<Metric>& metrics() const override {
    static const std::vector<Metric> list = {{"mae", "eV"}, {"rmse", "eV", Metric::Mean::root}};
    return list;
  }
  std::int64_t n_outputs(std::int64_t) const override { return 1; }
  void assess(const std::vector<std::int64_t>& samples, MetricSums& sums, double* output) override {
    const torch::NoGradGuard no_gradient;
    const torch::Tensor place = torch::tensor(samples, torch::kLong);
    const torch::Tensor predicted = predict(input_.index_select(0, place), place),
                        error = predicted - target_.index_select(0, place);
    for (std::int64_t k = 0; k < predicted.size(0); ++k) {
      output[k] = predicted[k].item().toDouble();
      sums.add(0, std::abs(error[k].item().toDouble()));
      sums.add(1, std::pow(error[k].item().toDouble(), 2));
    }
  }
  ModelFile model_file() override {
    ModelFile file;
    for (const auto& item : net_->named_parameters()) {
      const torch::Tensor values = item.value().detach().to(torch::kDouble).contiguous();
      file.weights[item.key()] = {values.sizes().vec(),
                                  {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()}};
    }
    return file;
  }

 private:
  torch::Tensor predict(const torch::Tensor& input, const torch::Tensor& place,
                        std::vector<RandomSequence>* noise = nullptr) {
    const auto drop = [&](const torch::Tensor& x) { return noise == nullptr ? x : dropout(x, dropout_rate, *noise); };
    torch::Tensor x = drop(torch::tanh(net_->first(input)));
    x = net_->last(drop(torch::tanh(net_->second(x)))).squeeze(1);
    const torch::Tensor third = (place.remainder(3) == 0).nonzero().squeeze(1);
    return third.size(0) > 0 ? x.index_add(0, third, net_->extra.expand({third.size(0)})) : x;
  }

  std::shared_ptr<NetImpl> net_;
  bool slopes_;
  torch::Tensor input_, target_;
};

}  // namespace spinel::testing_support
