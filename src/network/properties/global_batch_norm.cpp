#include "network/properties/global_batch_norm.hpp"

#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>

namespace spinel {

namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Sums over all ranks of float64 tensors of equal length and of a number.
double sum_over_ranks(const BatchSumPtr& sum, double n, std::initializer_list<Tensor*> tensors) {
  if (!sum) return n;
  std::vector<Tensor> parts = {torch::full({1}, n, torch::kDouble)};
  for (const Tensor* tensor : tensors) parts.push_back(*tensor);
  Tensor all = torch::cat(parts);
  (*sum)(all.data_ptr<double>(), static_cast<std::size_t>(all.numel()));
  std::int64_t at = 1;
  for (Tensor* tensor : tensors) {
    *tensor = all.narrow(0, at, tensor->numel());
    at += tensor->numel();
  }
  return all[0].item<double>();
}

/// Gradients by the statistics of the batch included.
struct Normalize : torch::autograd::Function<Normalize> {
  /// Also returns n, mean and biased variance of the batch, float64.
  static variable_list forward(AutogradContext* context, const Tensor& rows, const Tensor& weight, const Tensor& bias,
                               const BatchSumPtr& batch_sum) {
    // Sums of differences from a row of each rank would have to be shifted to add up; two rounds over float64 do not.
    const Tensor exact = rows.to(torch::kDouble);
    Tensor total = exact.sum(0);
    const double n = sum_over_ranks(batch_sum, static_cast<double>(rows.size(0)), {&total});
    const Tensor mean = total / std::max(n, 1.0);
    Tensor squares = (exact - mean).square().sum(0);
    sum_over_ranks(batch_sum, 0.0, {&squares});
    const Tensor variance = squares / std::max(n, 1.0);
    const Tensor scale = (variance + GlobalBatchNorm::epsilon).rsqrt();
    const Tensor normal = ((exact - mean) * scale).to(rows.scalar_type());
    context->save_for_backward({normal, weight, scale.to(rows.scalar_type())});
    context->saved_data["n"] = n;
    if (batch_sum) context->saved_data["sum"] = c10::IValue::make_capsule(batch_sum);
    const Tensor count = torch::full({1}, n, torch::kDouble);
    context->mark_non_differentiable({count, mean, variance});
    return {normal * weight + bias, count, mean, variance};
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &normal = saved[0], &weight = saved[1], &scale = saved[2], &gradient = gradients[0];
    BatchSumPtr batch_sum;
    if (context->saved_data.count("sum") > 0)
      batch_sum = c10::static_intrusive_pointer_cast<BatchSum>(context->saved_data["sum"].toCapsule());
    // Each rank keeps its own part of the gradients of weight and bias, as of all parameters.
    const Tensor of_bias = gradient.to(torch::kDouble).sum(0);
    const Tensor of_weight = (gradient.to(torch::kDouble) * normal).sum(0);
    Tensor sum = of_bias, projection = of_weight;
    sum_over_ranks(batch_sum, 0.0, {&sum, &projection});
    const double n = std::max(context->saved_data["n"].toDouble(), 1.0);
    const auto type = gradient.scalar_type();
    const Tensor of_rows = weight * scale * (gradient - (sum / n).to(type) - normal * (projection / n).to(type));
    return {of_rows, of_weight.to(type), of_bias.to(type), Tensor()};
  }
};

}  // namespace

GlobalBatchNorm::GlobalBatchNorm(std::int64_t width) {
  weight = register_parameter("weight", torch::ones({width}));
  bias = register_parameter("bias", torch::zeros({width}));
  running_mean = register_buffer("running_mean", torch::zeros({width}));
  running_var = register_buffer("running_var", torch::ones({width}));
}

Tensor GlobalBatchNorm::forward(const Tensor& rows, const BatchSumPtr& sum) {
  if (!is_training()) return (rows - running_mean) * (running_var + epsilon).rsqrt() * weight + bias;
  const variable_list result = Normalize::apply(rows, weight, bias, sum);
  update(result[1].item<double>(), result[2], result[3]);
  return result[0];
}

void GlobalBatchNorm::update(double n, const Tensor& mean, const Tensor& variance) {
  if (n < 2.0) return;
  const torch::NoGradGuard no_gradient;
  running_mean.mul_(1.0 - momentum).add_(mean.to(running_mean.scalar_type()), momentum);
  running_var.mul_(1.0 - momentum).add_((variance * (n / (n - 1.0))).to(running_var.scalar_type()), momentum);
}

}  // namespace spinel
