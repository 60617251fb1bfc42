#pragma once

#include <torch/types.h>

#include <functional>
#include <utility>
#include <vector>

namespace spinel {

/// Functions of a distance on (0, cutoff], such as a RadialBasis, as polynomials of fifth degree over short intervals:
/// to some 1e-12 of them, at a few nanoseconds an edge. Values and slopes are those of the same polynomials.
class RadialTable {
 public:
  /// functions: [r] Å, float64 → [r][function]
  RadialTable(const std::function<torch::Tensor(const torch::Tensor&)>& functions, double cutoff);

  /// [r] Å, float64, on a CPU → [r][function] of the given type. Differentiable once with respect to r; what that
  /// gives is differentiable in all else (training on forces).
  torch::Tensor operator()(const torch::Tensor& r, torch::ScalarType type) const;
  /// Values and slopes, for which autograd has no use.
  std::pair<torch::Tensor, torch::Tensor> rows(const torch::Tensor& r, torch::ScalarType type) const;

 private:
  friend struct TableFunction;
  friend struct TableSlope;
  template <class Real>
  void compute(const torch::Tensor& r, torch::Tensor& values, torch::Tensor& slopes) const;

  static constexpr std::size_t n_intervals_ = 1024, degree_ = 5;
  std::size_t size_;
  double inverse_width_;              // 1/Å
  std::vector<double> coefficients_;  // [interval][power of the place in the interval, 0 … 1][function]
};

}  // namespace spinel
