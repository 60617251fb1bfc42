#pragma once

#include <torch/nn/modules/linear.h>

#include <vector>

#include "network/properties/property_model.hpp"

namespace spinel {

/// A multilayer perceptron on numbers that describe a crystal (CrystalBatch::descriptor): composition, and scalars of
/// the data set. Inputs are standardised as (x − input_mean)·input_scale, both stored with the weights layers.<k>.*.
class Perceptron final : public PropertyModel {
 public:
  explicit Perceptron(const PropertyArchitecture& architecture);
  torch::Tensor forward(const CrystalBatch& batch) override;
  void fit_inputs(const CrystalArrays& arrays, const std::int64_t* samples, std::size_t n) override;

 private:
  bool silu_;
  torch::Tensor input_mean_, input_scale_;
  std::vector<torch::nn::Linear> layers_;
};

}  // namespace spinel
