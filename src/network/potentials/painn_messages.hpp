#pragma once

#include <torch/types.h>

#include "network/potentials/radial_table.hpp"

namespace spinel {

/// What all layers of a frozen PaiNN know of the edges of a rank, without autograd.
struct PainnEdges : torch::CustomClassHolder {
  /// `vector`: [edge][3] float64 Å, on a CPU; `radial`: of the functions the filters are made of.
  /// `degree`: of the highest moments, 1 for none.
  PainnEdges(const torch::Tensor& vector, const torch::Tensor& source_, const torch::Tensor& destination_,
             const RadialTable& radial, std::int64_t degree, torch::ScalarType type);

  torch::Tensor source, destination;  ///< [edge] int32, source ascending
  torch::Tensor value, slope;         ///< [edge][K] radial functions and their derivatives by r, 1/Å
  torch::Tensor unit;                 ///< [edge][3] r̂
  torch::Tensor inverse;              ///< [edge] 1/r, 1/Å
  torch::Tensor moment;               ///< [edge][M] Y, harmonics of degree 2 … `degree`; undefined: none
};
using PainnEdgesPtr = c10::intrusive_ptr<PainnEdges>;

/// The sums over neighbors of a layer of PaiNN, for weights that do not change any more:
///   out_i = [Σ_j φ_s,j ⊙ w_s,  Σ_j t_j,d ⊙ w_v + φ_u,j ⊙ w_u r̂_d  for d = x, y, z,  Σ_j φ_q,j ⊙ w_q Y_m  for all m],
///   (w_s, w_v, w_u, w_q) = W · value(r_ij)
///
/// atoms: [owned, then ghosts][(P + 3)F]: φ_s, φ_v, φ_u and, where there are moments (P = 4, else 3), φ_q; then t_x,
/// t_y, t_z; or [P F] without t, which is then zero (φ_v is not used here: t is φ_v ⊙ v). filter: W, [P F][K]. vector:
/// [edge][3] float64 as in `edges`, for its gradient alone. Result [n_owned][(4 + M)F].
///
/// Filters are made where they are used, forward and backward, so that nothing of size edges × F is ever kept.
/// Differentiable once, with respect to `atoms` and `vector`.
torch::Tensor painn_messages(const torch::Tensor& atoms, const torch::Tensor& filter, const torch::Tensor& vector,
                             const PainnEdgesPtr& edges, std::int64_t n_owned);

}  // namespace spinel
