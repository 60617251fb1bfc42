#pragma once

#include <torch/types.h>

#include <string>

namespace spinel {

/// ℓ of every error. kind: "l1": |e|; "l2": e²; "huber": e²/2 up to delta, then delta·(|e| − delta/2) (Huber, Ann.
/// Math. Stat. 35, 73 (1964)).
inline torch::Tensor error_size(const torch::Tensor& error, const std::string& kind, double huber_delta) {
  if (kind == "l2") return error.square();
  torch::Tensor size = error.abs();
  if (kind == "l1") return size;
  const torch::Tensor inside = size.clamp_max(huber_delta);
  return inside * (size - 0.5 * inside);
}

}  // namespace spinel
