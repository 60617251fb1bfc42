#pragma once

#include <torch/types.h>

#include <array>

#include "network/potentials/gated_mlp.hpp"

namespace spinel {

/// What a convolution of M3GNet works on. Widths: D of edges and atoms, U units of its gated MLPs.
struct ConvolutionInput {
  torch::Tensor edge;              ///< e, [edge][D]
  torch::Tensor triple;            ///< ẽ, [short edge][three-body basis]
  torch::Tensor from_source;       ///< [owned][4U]: first layers of v, edge value, edge gate, node value, node gate
  torch::Tensor from_destination;  ///< [owned, then ghosts][4U]
  torch::Tensor basis;             ///< radial, [edge][basis]
  torch::Tensor source;            ///< [edge] int32, ascending
  torch::Tensor destination;       ///< [edge] int32
  torch::Tensor short_edge;        ///< [short edge] int32, ascending: edges that have three-body terms
};

/// The three-body update of e and the convolution after it, for weights that do not change any more, on a CPU:
///   e += gated(ẽ);  e += gated([v_i, v_j, e]) ⊙ (W basis);  sums_j = Σ_i gated([v_i, v_j, e]) ⊙ (W basis).
///
/// Edges pass all layers a few dozen at a time, so that activations stay in cache, and nothing of them is kept: the
/// gradient computes them again. A block of the network keeps e alone, where autograd keeps some thirty times that.
/// Differentiable once, with respect to what ConvolutionInput holds but not weights. Runs on torch's number of threads;
/// results depend on it by rounding.
class FusedConvolution : public torch::CustomClassHolder {
 public:
  /// nullptr where widths are not multiples of the kernels' granule or weights are not on a CPU: use autograd then.
  static c10::intrusive_ptr<FusedConvolution> make(const GatedMlp& bond, const GatedMlp& edge,
                                                   const torch::nn::Linear& edge_weight, const GatedMlp& node,
                                                   const torch::nn::Linear& node_weight);

  /// {new e, or nothing where it is not `needed`; sums [owned, then ghosts][D]}
  virtual std::pair<torch::Tensor, torch::Tensor> forward(const ConvolutionInput& input, bool edge_needed) const = 0;
  /// Gradients with respect to edge, triple, from_source, from_destination and basis. An undefined gradient is zero.
  virtual std::array<torch::Tensor, 5> gradients(const ConvolutionInput& input, const torch::Tensor& edge_gradient,
                                                 const torch::Tensor& sums_gradient) const = 0;
};
using FusedConvolutionPtr = c10::intrusive_ptr<FusedConvolution>;

/// FusedConvolution::forward as a function that autograd differentiates.
std::pair<torch::Tensor, torch::Tensor> convolve(const FusedConvolutionPtr& convolution, const ConvolutionInput& input,
                                                 bool edge_needed);

}  // namespace spinel
