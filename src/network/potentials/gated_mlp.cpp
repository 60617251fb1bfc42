#include "network/potentials/gated_mlp.hpp"

#include <torch/nn/modules/linear.h>
#include <torch/types.h>

namespace spinel {

using torch::Tensor;

torch::nn::Linear make_linear(std::int64_t in, std::int64_t out, bool bias) {
  return torch::nn::Linear(torch::nn::LinearOptions(in, out).bias(bias));
}

GatedMlp::GatedMlp(const std::vector<std::int64_t>& widths, bool activate_last, bool bias)
    : activate_last_(activate_last) {
  for (std::size_t k = 0; k + 1 < widths.size(); ++k)
    for (auto* branch : {&values, &gates}) {
      const std::string path = (branch == &values ? "layers." : "gates.") + std::to_string(2 * k);
      branch->push_back(place(*this, path, make_linear(widths[k], widths[k + 1], bias)));
    }
}

Tensor GatedMlp::forward(const Tensor& input) const {
  const Tensor bias = values[0]->bias.defined() ? torch::cat({values[0]->bias, gates[0]->bias}) : Tensor();
  return after_first(torch::linear(input, torch::cat({values[0]->weight, gates[0]->weight}), bias));
}

Tensor GatedMlp::after_first(const Tensor& first) const {
  const auto branch = first.chunk(2, 1);
  Tensor value = branch[0], gate = branch[1];
  for (std::size_t k = 1; k < values.size(); ++k) {
    value = torch::linear(torch::silu(value), values[k]->weight, values[k]->bias);
    gate = torch::linear(torch::silu(gate), gates[k]->weight, gates[k]->bias);
  }
  return (activate_last_ ? torch::silu(value) : value) * torch::sigmoid(gate);
}

}  // namespace spinel
