#include "network/potentials/radial_table.hpp"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace spinel {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

RadialTable::RadialTable(const std::function<Tensor(const Tensor&)>& functions, double cutoff)
    : inverse_width_(static_cast<double>(n_intervals_) / cutoff) {
  // Interpolation at Chebyshev's nodes: places^power · coefficients = values.
  constexpr int n = static_cast<int>(degree_) + 1;
  Eigen::Matrix<double, n, n> powers;
  std::vector<double> place(n), r;
  for (int k = 0; k < n; ++k) {
    place[static_cast<std::size_t>(k)] = 0.5 - 0.5 * std::cos((2 * k + 1) * std::acos(-1.0) / (2 * n));
    for (int p = 0; p < n; ++p) powers(k, p) = std::pow(place[static_cast<std::size_t>(k)], p);
  }
  for (std::size_t interval = 0; interval < n_intervals_; ++interval)
    for (const double x : place) r.push_back((static_cast<double>(interval) + x) / inverse_width_);
  const Tensor values = functions(torch::tensor(r, torch::kDouble)).contiguous();
  size_ = static_cast<std::size_t>(values.size(1));
  const Eigen::PartialPivLU<Eigen::Matrix<double, n, n>> solver(powers);
  using Block = Eigen::Matrix<double, n, Eigen::Dynamic, Eigen::RowMajor>;
  const auto columns = static_cast<Eigen::Index>(size_);
  coefficients_.resize(r.size() * size_);
  for (std::size_t interval = 0; interval < n_intervals_; ++interval) {
    const std::size_t at = interval * n * size_;
    Eigen::Map<Block>(coefficients_.data() + at, n, columns) =
        solver.solve(Eigen::Map<const Block>(values.data_ptr<double>() + at, n, columns));
  }
}

template <class Real>
void RadialTable::compute(const Tensor& r, Tensor& values, Tensor& slopes) const {
  const double* distance = r.data_ptr<double>();
  Real *value_row = values.data_ptr<Real>(), *slope_row = slopes.data_ptr<Real>();
  std::vector<double> value(size_), slope(size_);
  for (std::int64_t e = 0; e < r.size(0); ++e, value_row += size_, slope_row += size_) {
    const double scaled = distance[e] * inverse_width_;
    const std::size_t interval = std::min(static_cast<std::size_t>(scaled), n_intervals_ - 1);
    const double x = scaled - static_cast<double>(interval);
    const double* c = coefficients_.data() + (interval * (degree_ + 1) + degree_) * size_;
    std::copy_n(c, size_, value.begin());
    std::fill(slope.begin(), slope.end(), 0.0);
    for (std::size_t power = degree_; power-- > 0;) {
      c -= size_;
      for (std::size_t k = 0; k < size_; ++k) {
        slope[k] = slope[k] * x + value[k];
        value[k] = value[k] * x + c[k];
      }
    }
    for (std::size_t k = 0; k < size_; ++k) {
      value_row[k] = static_cast<Real>(value[k]);
      slope_row[k] = static_cast<Real>(slope[k] * inverse_width_);
    }
  }
}

/// gradient [r][function], slopes [r][function] → [r], the gradient with respect to r.
struct TableSlope : torch::autograd::Function<TableSlope> {
  static Tensor forward(AutogradContext* context, const Tensor& gradient, const Tensor& slopes, const Tensor&) {
    context->save_for_backward({slopes});
    return (gradient * slopes).sum(1, false, torch::kDouble);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    if (context->needs_input_grad(2)) fail("the tabulated radial functions have no second derivative");
    const Tensor slopes = context->get_saved_variables()[0];
    return {gradients[0].unsqueeze(1).to(slopes.scalar_type()) * slopes, Tensor(), Tensor()};
  }
};

struct TableFunction : torch::autograd::Function<TableFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& r, const RadialTable& table, torch::ScalarType type) {
    const auto [values, slopes] = table.rows(r, type);
    context->save_for_backward({slopes, r});
    return values;
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    return {TableSlope::apply(gradients[0], saved[0], saved[1]), Tensor(), Tensor()};
  }
};

std::pair<Tensor, Tensor> RadialTable::rows(const Tensor& r, torch::ScalarType type) const {
  Tensor values = torch::empty({r.size(0), static_cast<std::int64_t>(size_)},
                               torch::TensorOptions().dtype(type).device(r.device()));
  Tensor slopes = torch::empty_like(values);
  type == torch::kFloat ? compute<float>(r.contiguous(), values, slopes)
                        : compute<double>(r.contiguous(), values, slopes);
  return {values, slopes};
}

Tensor RadialTable::operator()(const Tensor& r, torch::ScalarType type) const {
  return TableFunction::apply(r, *this, type);
}

}  // namespace spinel
