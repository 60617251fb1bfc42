#pragma once

#include <torch/nn/modules/linear.h>

#include <vector>

#include "network/property_model.hpp"

namespace spinel {

/// A multilayer perceptron on numbers that describe a crystal (CrystalBatch::descriptor): composition, and scalars of
/// the data set. Inputs are standardised by input_mean and input_scale, both stored with the weights layers.<k>.*.
class Perceptron final : public PropertyModel {
 public:
  explicit Perceptron(const PropertyArchitecture& architecture);
  torch::Tensor forward(const CrystalBatch& batch) override;
  /// Input = (number − mean)·scale; [input].
  void set_input_statistics(const std::vector<double>& mean, const std::vector<double>& scale);

 private:
  bool silu_;
  torch::Tensor input_mean_, input_scale_;
  std::vector<torch::nn::Linear> layers_;
};

}  // namespace spinel
