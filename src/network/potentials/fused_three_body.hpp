#pragma once

#include <torch/types.h>

namespace spinel {

/// What the three-body sums of M3GNet work on: edges within the three-body cutoff ("short"), ascending by source.
struct ThreeBodyInput {
  torch::Tensor weight;       ///< f(r) R_ln(r), [short edge][(l, n)], n fastest
  torch::Tensor envelope;     ///< f(r), [short edge]
  torch::Tensor harmonics;    ///< S_lm, [short edge][max_l²] (scaled_harmonics)
  torch::Tensor atom;         ///< σ(W v + b), [owned, then ghosts][(l, n)]
  torch::Tensor source;       ///< [short edge] int32, ascending
  torch::Tensor destination;  ///< [short edge] int32
};

/// ẽ_ij = f(r_ij) Σ_{k≠j} f(r_ik) R_ln(r_ik) σ(W v_k + b)_ln Y_l0(cos θ_jik), [short edge][(l, n)], through the
/// addition theorem. On a CPU; differentiable once.
torch::Tensor fused_three_body(const ThreeBodyInput& input);

}  // namespace spinel
