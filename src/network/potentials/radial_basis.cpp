#include "network/potentials/radial_basis.hpp"

#include <torch/types.h>

#include <cmath>

namespace spinel {

namespace {

using torch::Tensor;

const double pi = std::acos(-1.0);

/// Zeros of j_l, l < max_l, the first max_n of each. Those of j_l lie between neighboring ones of j_{l−1}.
std::vector<double> bessel_zeros(int max_l, int max_n) {
  std::vector<double> zeros, row;
  for (int k = 1; k < max_l + max_n; ++k) row.push_back(pi * k);
  for (int l = 0;; ++l) {
    zeros.insert(zeros.end(), row.begin(), row.begin() + max_n);
    if (l + 1 == max_l) return zeros;
    const auto order = static_cast<unsigned>(l + 1);
    std::vector<double> next;
    for (std::size_t k = 0; k + 1 < row.size(); ++k) {
      double low = row[k], high = row[k + 1];
      const bool rises = std::sph_bessel(order, low) < 0.0;
      for (int halving = 0; halving < 60; ++halving) {
        const double middle = 0.5 * (low + high);
        ((std::sph_bessel(order, middle) < 0.0) == rises ? low : high) = middle;
      }
      next.push_back(0.5 * (low + high));
    }
    row = std::move(next);
  }
}

Tensor constant(const std::vector<double>& values, torch::IntArrayRef shape, const Tensor& like) {
  return torch::tensor(values, torch::kDouble).reshape(shape).to(like.device());
}

}  // namespace

RadialBasis RadialBasis::bessel(int max_l, int max_n, double cutoff) {
  RadialBasis basis;
  basis.max_l_ = max_l;
  basis.n_ = max_n;
  basis.cutoff_ = cutoff;
  const auto zeros = bessel_zeros(max_l, max_n);
  for (std::size_t k = 0; k < zeros.size(); ++k) {
    const auto l = static_cast<unsigned>(k) / static_cast<unsigned>(max_n);
    basis.wave_number_.push_back(zeros[k] / cutoff);
    basis.factor_.push_back(std::sqrt(2.0 / (cutoff * cutoff * cutoff)) / std::abs(std::sph_bessel(l + 1, zeros[k])));
  }
  return basis;
}

RadialBasis RadialBasis::smooth(int n, double cutoff) {
  RadialBasis basis;
  basis.kind_ = Kind::smooth;
  basis.n_ = n;
  basis.cutoff_ = cutoff;
  const auto columns = static_cast<std::size_t>(n);
  for (int k = 0; k <= n; ++k) basis.wave_number_.push_back(pi * (k + 1) / cutoff);
  basis.factor_.assign((columns + 1) * columns, 0.0);
  const auto factor = [&](int k, int g) -> double& {
    return basis.factor_[static_cast<std::size_t>(k) * columns + static_cast<std::size_t>(g)];
  };
  double previous_d = 1.0;
  for (int i = 0; i < n; ++i) {
    const double e = 1.0 * i * i * (i + 2) * (i + 2) / (4.0 * std::pow(i + 1, 4) + 1.0);
    const double d = i == 0 ? 1.0 : 1.0 - e / previous_d;
    const double f = (i % 2 == 0 ? 1.0 : -1.0) * std::sqrt(2.0) * pi / std::pow(cutoff, 1.5) * (i + 1) * (i + 2) /
                     std::sqrt(2.0 * i * i + 6.0 * i + 5.0);
    factor(i, i) += f;
    factor(i + 1, i) += f;
    if (i > 0)
      for (int k = 0; k <= n; ++k) factor(k, i) += std::sqrt(e / previous_d) * factor(k, i - 1);
    for (int k = 0; k <= n; ++k) factor(k, i) /= std::sqrt(d);
    previous_d = d;
  }
  return basis;
}

RadialBasis RadialBasis::gaussian(int n, double cutoff) {
  RadialBasis basis;
  basis.kind_ = Kind::gaussian;
  basis.n_ = n;
  basis.cutoff_ = cutoff;
  return basis;
}

Tensor RadialBasis::operator()(const Tensor& r) const {
  if (kind_ == Kind::gaussian) {
    const double width = cutoff_ / (n_ - 1);
    const Tensor x = r.unsqueeze(1) / width - torch::arange(n_, r.options()).unsqueeze(0);
    return torch::exp(-0.5 * x * x);
  }
  if (kind_ == Kind::smooth) {
    const Tensor x = r.unsqueeze(1) * constant(wave_number_, {1, n_ + 1}, r);
    return (x.sin() / x).matmul(constant(factor_, {n_ + 1, n_}, r));
  }
  const Tensor x = r.unsqueeze(1) * constant(wave_number_, {1, size()}, r);
  const Tensor j0 = x.sin() / x;
  std::vector<Tensor> columns = {j0.narrow(1, 0, n_)};
  Tensor before = j0, now = max_l_ > 1 ? (j0 - x.cos()) / x : j0;
  for (int l = 1; l < max_l_; ++l) {
    columns.push_back(now.narrow(1, l * n_, n_));
    if (l + 1 == max_l_) break;
    const Tensor next = (2.0 * l + 1.0) / x * now - before;
    before = now;
    now = next;
  }
  return torch::cat(columns, 1) * constant(factor_, {1, size()}, r);
}

Tensor cutoff_envelope(const Tensor& r, double cutoff) {
  const Tensor q = r / cutoff;
  return 1.0 - q.pow(3) * (10.0 - 15.0 * q + 6.0 * q * q);
}

Tensor scaled_harmonics(const Tensor& unit, int max_l) {
  const Tensor x = unit.select(1, 0), y = unit.select(1, 1), z = unit.select(1, 2);
  std::vector<Tensor> columns(static_cast<std::size_t>(max_l * max_l));
  Tensor cosine = torch::ones_like(x), sine = torch::zeros_like(x);  // of mφ, times sin^m θ
  for (int m = 0; m < max_l; ++m) {
    Tensor below, legendre = torch::full_like(x, std::tgamma(2 * m + 1) / std::pow(2.0, m) / std::tgamma(m + 1));
    for (int l = m; l < max_l; ++l) {
      if (l > m) {
        Tensor next = (2.0 * l - 1.0) / (l - m) * z * legendre;
        if (l > m + 1) next = next - (l + m - 1.0) / (l - m) * below;
        below = legendre;
        legendre = next;
      }
      const double scale = std::sqrt(std::sqrt((2 * l + 1) / (4.0 * pi)) * (m == 0 ? 1.0 : 2.0) *
                                     std::tgamma(l - m + 1) / std::tgamma(l + m + 1));
      const std::int64_t middle = std::int64_t{l} * l + l;
      columns[static_cast<std::size_t>(middle + m)] = scale * legendre * cosine;
      if (m > 0) columns[static_cast<std::size_t>(middle - m)] = scale * legendre * sine;
    }
    const Tensor turned = x * cosine - y * sine;
    sine = x * sine + y * cosine;
    cosine = turned;
  }
  return torch::stack(columns, 1);
}

}  // namespace spinel
