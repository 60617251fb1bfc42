#pragma once

#include <cstddef>
#include <vector>

namespace spinel {

/// The arithmetic of small dense networks over rows of features, as vector kernels picked for the processor at run
/// time. They need no BLAS: weights are packed once, and a few dozen rows at a time stay in the second-level cache from
/// one layer to the next, where a BLAS would pack its operands anew for every call. Real: float or double.

/// Features are rows padded to a multiple of this many numbers.
constexpr std::size_t row_granule = 16;
constexpr std::size_t padded_width(std::size_t n) { return (n + row_granule - 1) / row_granule * row_granule; }

/// A matrix [k][n] of weights in the order the product reads it: panels of `panel` columns, the last one narrower; each
/// [k][its columns]. Columns are padded with zeros to row_granule.
template <class Real>
struct PackedMatrix {
  static constexpr std::size_t panel = 256 / sizeof(Real);
  PackedMatrix() = default;
  /// Element (i, j) is values[i·row_stride + j·column_stride].
  PackedMatrix(const Real* values, std::size_t k_, std::size_t n_, std::size_t row_stride, std::size_t column_stride);

  std::size_t k = 0, n = 0;  ///< n: padded
  std::vector<Real> values;
};

/// Rows of numbers in memory, `stride` numbers apart.
template <class T>
struct Rows {
  T* first = nullptr;
  std::size_t stride = 0;
};

/// Lengths n and widths are multiples of row_granule; rows stand `…_stride` numbers apart.
template <class Real>
struct DenseKernels {
  /// out[row][0 … b.n) = start[row][0 … b.n) + a[row][0 … b.k) · b. Without `start`: 0; one of stride 0: a bias.
  void (*multiply)(std::size_t rows, Rows<const Real> a, const PackedMatrix<Real>& b, Rows<const Real> start,
                   Rows<Real> out);
  /// x = SiLU(x) = x σ(x)
  void (*silu)(std::size_t n, Real* x);
  /// y = SiLU(x), then x = SiLU′(x)
  void (*silu_with_slope)(std::size_t n, Real* x, Real* y);
  /// out[row][c] += SiLU(x[row][c]) σ(x[row][width + c]) factor[row][c], c < width; rows of x are 2·width numbers,
  /// those of factor width. A factor of nullptr is 1.
  void (*add_gated)(std::size_t rows, std::size_t width, const Real* x, const Real* factor, Real* out,
                    std::size_t out_stride);
  /// The adjoint of add_gated: puts the gradients with respect to x and factor in their place.
  void (*gated_gradient)(std::size_t rows, std::size_t width, const Real* out_gradient, std::size_t out_stride, Real* x,
                         Real* factor);
  /// x *= y
  void (*scale_by)(std::size_t n, const Real* y, Real* x);
};

/// The best this processor can do.
template <class Real>
const DenseKernels<Real>& dense_kernels();

}  // namespace spinel
