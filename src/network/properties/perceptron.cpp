#include "network/properties/perceptron.hpp"

#include <torch/types.h>

#include <cmath>

#include "core/error.hpp"
#include "network/potentials/gated_mlp.hpp"

namespace spinel {

using torch::Tensor;

Perceptron::Perceptron(const PropertyArchitecture& architecture)
    : PropertyModel(architecture), silu_(architecture.mlp.activation == "silu") {
  std::int64_t width = architecture.mlp.n_inputs(architecture.elements.size());
  input_mean_ = register_buffer("input_mean", torch::zeros({width}));
  input_scale_ = register_buffer("input_scale", torch::ones({width}));
  std::vector<std::int64_t> widths = architecture.mlp.widths;
  widths.push_back(architecture.n_outputs());
  for (const std::int64_t next : widths) {
    layers_.push_back(place(*this, "layers." + std::to_string(layers_.size()), make_linear(width, next, true)));
    width = next;
  }
}

Tensor Perceptron::forward(const CrystalBatch& batch) {
  if (!batch.descriptor.defined() || batch.descriptor.size(1) != input_mean_.size(0))
    fail("{} inputs for a perceptron of {}", batch.descriptor.defined() ? batch.descriptor.size(1) : 0,
         input_mean_.size(0));
  Tensor x = (batch.descriptor.to(input_mean_.scalar_type()) - input_mean_) * input_scale_;
  for (std::size_t k = 0; k < layers_.size(); ++k) {
    if (k > 0) x = silu_ ? torch::silu(x) : torch::relu(x);
    x = layers_[k](x);
  }
  return x;
}

void Perceptron::fit_inputs(const CrystalArrays& arrays, const std::int64_t* samples, std::size_t n) {
  const auto width = static_cast<std::size_t>(input_mean_.size(0));
  if (arrays.descriptor_width != static_cast<std::int64_t>(width))
    fail("{} inputs for a perceptron of {}", arrays.descriptor_width, width);
  std::vector<double> mean(width, 0.0), scale(width, 0.0);
  const auto for_all = [&](const auto& work) {
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t c = 0; c < width; ++c)
        work(c, static_cast<double>(
                    arrays.descriptor[samples[k] * arrays.descriptor_width + static_cast<std::int64_t>(c)]));
  };
  for_all([&](std::size_t c, double x) { mean[c] += x / static_cast<double>(n); });
  for_all([&](std::size_t c, double x) { scale[c] += (x - mean[c]) * (x - mean[c]) / static_cast<double>(n); });
  // An input that is the same for all, as an element that none has, stays zero.
  for (std::size_t c = 0; c < width; ++c) scale[c] = scale[c] > 1e-12 ? 1.0 / std::sqrt(scale[c]) : 1.0;
  const torch::NoGradGuard no_gradient;
  input_mean_.copy_(torch::tensor(mean, torch::kDouble));
  input_scale_.copy_(torch::tensor(scale, torch::kDouble));
}

}  // namespace spinel
