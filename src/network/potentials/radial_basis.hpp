#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace spinel {

/// Radial functions of M3GNet on (0, cutoff], in double precision and differentiable any number of times.
///
/// Bessel: sqrt(2/rc³) j_l(z_ln r/rc) / |j_{l+1}(z_ln)|, z_ln the n-th zero of j_l; l = 0 … max_l − 1, each with n = 1
/// … max_n, so max_l·max_n of them, l slowest.
///
/// Smooth: the orthonormal combinations g_0, g_1, … of sinc functions whose value and first two derivatives vanish at
/// the cutoff (Kocer, Mason & Erturk, J. Chem. Phys. 150, 154102 (2019)); g_k does not depend on how many there are.
///
/// Gaussian: exp(−(r − µ_k)²/(2w²)), µ_k from 0 to the cutoff in steps of w.
class RadialBasis {
 public:
  static RadialBasis bessel(int max_l, int max_n, double cutoff);
  static RadialBasis smooth(int n, double cutoff);
  static RadialBasis gaussian(int n, double cutoff);

  int size() const { return max_l_ * n_; }
  /// [r] Å, float64 → [r][size()]
  torch::Tensor operator()(const torch::Tensor& r) const;

 private:
  enum class Kind { bessel, smooth, gaussian } kind_ = Kind::bessel;
  int max_l_ = 1, n_ = 1;
  double cutoff_ = 0.0;
  std::vector<double> wave_number_;  // Bessel: z_ln/rc, [l][n]; smooth: π (k + 1)/rc, k = 0 … n
  std::vector<double> factor_;       // Bessel: [l][n]; smooth: g = sinc · factor, [k][g]
};

/// 1 − 10q³ + 15q⁴ − 6q⁵, q = r/cutoff: from 1 to 0, where its first two derivatives vanish, too.
torch::Tensor cutoff_envelope(const torch::Tensor& r, double cutoff);

/// Real spherical harmonics of unit vectors, [vector][3] → [vector][max_l²], l slowest, scaled so that
/// Σ_m S_lm(a) S_lm(b) = Y_l0(angle between a and b) (addition theorem); l < max_l.
torch::Tensor scaled_harmonics(const torch::Tensor& unit, int max_l);

}  // namespace spinel
