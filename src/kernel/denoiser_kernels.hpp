#pragma once

#include <cstddef>

#include "kernel/dense_kernels.hpp"

namespace spinel {

/// What the periodic denoiser (model/generators/denoiser.hpp) needs beside dense products, as vector kernels picked for
/// the processor at run time. Real: float or double.
///
/// All atoms of a crystal see each other: of n atoms there are n² edges, (i, j) in row i·n + j, and n(n − 1)/2 pairs
/// i < j, one after the other in that order. What an edge has of its difference of positions d is an even part, the
/// same for (i, j) and (j, i), and an odd one, which changes sign.

/// A crystal's n atoms, and what its pairs bring to each edge. Rows are `width` numbers, a multiple of row_granule.
template <class Real>
struct PairRows {
  std::size_t n = 0, width = 0;
  const Real *even = nullptr, *odd = nullptr;  ///< [pair][width]
  const Real* self = nullptr;                  ///< [width] of an atom with itself
};

template <class Real>
struct DenoiserKernels {
  /// out[i][j] += Σ_r a[r][i] b[r][j], i < k, j < n; n a multiple of row_granule, rows of `out` n apart.
  void (*add_outer)(std::size_t rows, Rows<const Real> a, std::size_t k, Rows<const Real> b, std::size_t n, Real* out);
  /// y = x·s·gain with s = 1/√(mean x² + 10⁻⁶) of each row, kept in `scale`.
  void (*norm)(std::size_t rows, std::size_t width, const Real* x, const Real* gain, Rows<Real> y, Real* scale);
  /// x_gradient += its adjoint; gain_gradient += that of the gain.
  void (*norm_gradient)(std::size_t rows, std::size_t width, const Real* x, const Real* gain, const Real* scale,
                        Rows<const Real> y_gradient, Real* x_gradient, Real* gain_gradient);
  /// z = p[i] + q[j] + even ± odd of every edge; y = SiLU(z) and slope = SiLU′(z) (not with slope nullptr).
  void (*edges)(const PairRows<Real>& pairs, Rows<const Real> p, Rows<const Real> q, Real* y, Real* slope);
  /// From the gradients of z, in `z` [edge][width], those of p and q (rows set), even, odd (set) and self (added to).
  void (*edges_gradient)(const PairRows<Real>& pairs, const Real* z, Rows<Real> p, Rows<Real> q, Real* even, Real* odd,
                         Real* self);
  /// out[i] = factor Σ_j y[i·n + j]
  void (*sum_of_edges)(std::size_t n, std::size_t width, Real factor, const Real* y, Rows<Real> out);
  /// x[i·n + j] *= factor·out_gradient[i]: the adjoint, where x holds slopes.
  void (*spread_to_edges)(std::size_t n, std::size_t width, Real factor, Rows<const Real> out_gradient, Real* x);
  /// sum[c] += Σ_r x[r][c]
  void (*add_rows)(std::size_t rows, std::size_t width, Rows<const Real> x, Real* sum);
};

/// The best this processor can do.
template <class Real>
const DenoiserKernels<Real>& denoiser_kernels();

}  // namespace spinel
