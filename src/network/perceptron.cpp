#include "network/perceptron.hpp"

#include <torch/types.h>

#include "core/error.hpp"
#include "network/gated_mlp.hpp"

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

void Perceptron::set_input_statistics(const std::vector<double>& mean, const std::vector<double>& scale) {
  const torch::NoGradGuard no_gradient;
  input_mean_.copy_(torch::tensor(mean, torch::kDouble));
  input_scale_.copy_(torch::tensor(scale, torch::kDouble));
}

}  // namespace spinel
