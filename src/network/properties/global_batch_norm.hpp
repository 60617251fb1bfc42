#pragma once

#include <torch/nn/module.h>

#include "network/properties/batch_sum.hpp"

namespace spinel {

/// Batch normalization of rows [row][width] (Ioffe & Szegedy 2015), as torch.nn.BatchNorm1d computes it:
///   y = (x − mean)/√(var + 1e-5) · weight + bias,
/// mean and (biased) variance over the rows of all ranks in training mode, those kept in `running_…` otherwise;
/// training moves these by a tenth toward the batch's, the variance unbiased. Parameters weight, bias; buffers
/// running_mean, running_var.
class GlobalBatchNorm : public torch::nn::Module {
 public:
  static constexpr double epsilon = 1e-5, momentum = 0.1;

  explicit GlobalBatchNorm(std::int64_t width);
  /// Collective in training mode over the ranks of `sum`, as is the way back.
  torch::Tensor forward(const torch::Tensor& rows, const BatchSumPtr& sum);
  /// Moves the running statistics by a batch of n rows. mean, variance: [width] float64, the variance biased.
  void update(double n, const torch::Tensor& mean, const torch::Tensor& variance);

  torch::Tensor weight, bias, running_mean, running_var;
};

}  // namespace spinel
