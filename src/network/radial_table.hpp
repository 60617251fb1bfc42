#pragma once

#include <memory>
#include <vector>

#include "network/radial_basis.hpp"

namespace spinel {

/// A RadialBasis as polynomials of fifth degree over short intervals: to some 1e-12 of it, at a few nanoseconds an
/// edge. Values and slopes are those of the same polynomials.
class RadialTable {
 public:
  RadialTable(const RadialBasis& basis, double cutoff);

  /// [r] Å, float64, on a CPU → [r][size()] of the given type. Differentiable once.
  torch::Tensor operator()(const torch::Tensor& r, torch::ScalarType type) const;

 private:
  friend struct TableFunction;
  template <class Real>
  void evaluate(const torch::Tensor& r, torch::Tensor& values, torch::Tensor& slopes) const;

  static constexpr std::size_t n_intervals_ = 1024, degree_ = 5;
  std::size_t size_;
  double inverse_width_;              // 1/Å
  std::vector<double> coefficients_;  // [interval][power of the place in the interval, 0 … 1][function]
};

}  // namespace spinel
