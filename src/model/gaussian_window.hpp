#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kernel/crystal_kernels.hpp"
#include "model/property_architecture.hpp"

namespace spinel {

/// The few Gaussians of an expansion that are not zero to rounding at a distance.
template <class Real>
class GaussianWindow {
 public:
  explicit GaussianWindow(const CgcnnArchitecture& a)
      : minimum_(a.gaussian_min),
        step_(a.gaussian_step),
        width_(a.gaussian_width),
        h_(step_ / width_),
        shrink_(std::exp(-2.0 * h_ * h_)),
        n_(a.n_gaussians) {
    // Farther centers than this many widths give less than 2e-9, in double precision 1e-18.
    const double reach = sizeof(Real) == sizeof(float) ? 4.5 : 6.5;
    const auto kept =
        std::min<std::int64_t>(n_, static_cast<std::int64_t>(std::ceil(2.0 * reach * width_ / step_ - 1e-9)));
    const auto block = static_cast<std::int64_t>(gaussian_block);
    kept_ = std::min(n_, (kept + block - 1) / block * block);
    size_ = static_cast<std::size_t>((kept_ + block - 1) / block * block);
  }

  /// Numbers that fill writes: a multiple of gaussian_block.
  std::size_t size() const { return size_; }
  /// Writes the values from the returned Gaussian on, zeros beyond the last one.
  std::int32_t fill(double distance, Real* values) const {
    const double nearest = std::min(std::max((distance - minimum_) / step_, 0.0), static_cast<double>(n_));
    const auto middle = static_cast<std::int64_t>(std::floor(nearest + (kept_ % 2 == 1 ? 0.5 : 1.0)));
    const std::int64_t first = std::min(std::max<std::int64_t>(middle - kept_ / 2, 0), n_ - kept_);
    const double away = (distance - (minimum_ + static_cast<double>(first) * step_)) / width_;
    // exp(−(a − kh)²) one from the other: the ratio of two neighbors shrinks by exp(−2h²) each time.
    double value = std::exp(-away * away), ratio = std::exp(std::min(2.0 * away * h_ - h_ * h_, 600.0));
    for (std::int64_t k = 0; k < static_cast<std::int64_t>(size_); ++k) {
      values[k] = k < kept_ ? static_cast<Real>(value) : Real(0);
      value *= ratio;
      ratio *= shrink_;
    }
    return static_cast<std::int32_t>(first);
  }

 private:
  double minimum_, step_, width_, h_, shrink_;
  std::int64_t n_, kept_ = 0;
  std::size_t size_ = 0;
};

}  // namespace spinel
