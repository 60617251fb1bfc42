#pragma once

#include <torch/nn/modules/linear.h>

#include <vector>

namespace spinel {

/// Value branch ⊙ sigmoid branch: linear layers of the given widths with SiLU between them, the last of the value
/// branch followed by SiLU where `activate_last`, the last of the gates by a sigmoid. Parameters are named as in matgl:
/// layers.0.weight, gates.0.weight, layers.2.weight, …
class GatedMlp : public torch::nn::Module {
 public:
  GatedMlp(const std::vector<std::int64_t>& widths, bool activate_last, bool bias);
  torch::Tensor forward(const torch::Tensor& input) const;
  /// What follows the first layers, whose results are side by side in each row: value, gate.
  torch::Tensor after_first(const torch::Tensor& first) const;

  std::vector<torch::nn::Linear> values, gates;

 private:
  bool activate_last_;
};

/// Registers `leaf` in a tree of modules so that its parameters are called path.…, the path with dots.
template <class Leaf>
Leaf place(torch::nn::Module& root, const std::string& path, Leaf leaf) {
  const auto dot = path.find('.');
  const std::string name = path.substr(0, dot);
  if (dot == std::string::npos) {
    root.register_module(name, leaf);
    return leaf;
  }
  const auto children = root.named_children();
  const auto child =
      children.contains(name) ? children[name] : root.register_module(name, std::make_shared<torch::nn::Module>());
  return place(*child, path.substr(dot + 1), leaf);
}

torch::nn::Linear make_linear(std::int64_t in, std::int64_t out, bool bias);

}  // namespace spinel
