#pragma once

#include <cstddef>

namespace spinel {

/// What the perceptron of a continuous normalizing flow (model/vectors/vector_flow.hpp) needs beside dense products, as
/// vector kernels picked for the processor at run time: activation functions with two derivatives, and how tangents,
/// derivatives along k directions, pass through them. Arrays of n numbers, a multiple of row_granule; those of tangents
/// stand one after the other. Real: float or double.
template <class Real>
struct FlowKernels {
  /// y = f(x), slope = f′(x) and curvature = f″(x); the last two may be null. y may be x.
  using Activation = void (*)(std::size_t n, const Real* x, Real* y, Real* slope, Real* curvature);
  Activation silu, tanh, softplus;
  /// y[a] = slope·z[a], a < k
  void (*tangents)(std::size_t n, std::size_t k, const Real* slope, const Real* z, Real* y);
  /// The adjoint of y = f(x) and its tangents: `g` [1 + k] holds the gradients of y and of its tangents, and gets those
  /// of x and of its tangents `z`.
  void (*gradient)(std::size_t n, std::size_t k, const Real* slope, const Real* curvature, const Real* z, Real* g);
};

/// The best this processor can do.
template <class Real>
const FlowKernels<Real>& flow_kernels();

}  // namespace spinel
