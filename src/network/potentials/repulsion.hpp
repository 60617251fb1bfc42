#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

namespace spinel {

/// Repulsion of nuclei screened by their electrons (Ziegler, Biersack & Littmark, The Stopping and Range of Ions in
/// Solids, Pergamon 1985):
///   E = e²/(4πε₀) Z₁Z₂/r φ(r/a), a = 0.8854 a₀/(Z₁^0.23 + Z₂^0.23),
/// times 1 − 10q³ + 15q⁴ − 6q⁵ with q from 0 at `inner` to 1 at `outer`, so that it vanishes there with its first two
/// derivatives.
class Repulsion {
 public:
  /// Å; symbols of the elements that indices below mean.
  Repulsion(const std::vector<std::string>& elements, double inner, double outer);

  double inner() const { return inner_; }
  double outer() const { return outer_; }
  /// r [edge] Å float64; places of the elements of both ends, [edge] int32 → [edge] eV, half of each pair, float64.
  torch::Tensor operator()(const torch::Tensor& r, const torch::Tensor& first, const torch::Tensor& second) const;

 private:
  double inner_, outer_;
  std::vector<double> charge_;
};

}  // namespace spinel
