#pragma once

#include <cstddef>
#include <cstdint>

namespace spinel {

/// The edge loops of a crystal graph convolution (network/properties/cgcnn.hpp) as vector kernels picked for the
/// processor at run time. Real: float or double.
///
/// With F the width of atoms, an edge from i to j has the row of 2F numbers
///   z = p_i + q_j + Σ_k g_k(d) table_k,
/// F of the sigmoid's half, then F of the softplus's: the first layer split into a product for each atom, once, and a
/// few rows of a table for each edge, since all but a few of the Gaussians g_k(d) are zero to rounding.

/// Gaussians of an edge that are not zero come in blocks of so many.
constexpr std::size_t gaussian_block = 9;

/// Edges of atoms, one atom after the other.
template <class Real>
struct CrystalEdges {
  const std::int32_t* row = nullptr;          ///< [atom + 1] first edge of each atom
  const std::int32_t* destination = nullptr;  ///< [edge] atom
  const std::int32_t* first = nullptr;        ///< [edge] number of the first Gaussian kept
  const Real* gaussian = nullptr;             ///< [edge][window] values from that on
  std::size_t window = gaussian_block;        ///< a multiple of gaussian_block
};

/// A normalization of rows [n]: x̂ = x·inverse + offset, y = x̂·weight + bias.
template <class Real>
struct RowNorm {
  const Real *inverse = nullptr, *offset = nullptr, *weight = nullptr, *bias = nullptr;
};

/// All work on the edges of atoms [begin, end); rows of z and of what else belongs to edges start with those of
/// `begin`. width: F, a multiple of row_granule (kernel/dense_kernels.hpp).
template <class Real>
struct CrystalKernels {
  /// z of each edge. atoms: [atom][4F], p then q; table: [Gaussian][2F], with `window` rows of zeros behind it.
  void (*gather)(const CrystalEdges<Real>& edges, std::size_t begin, std::size_t end, std::size_t width,
                 const Real* atoms, const Real* table, Real* z);
  /// sum[c] += Σ (x[c] − shift[c]), squares[c] += Σ (x[c] − shift[c])² over rows of `width` numbers.
  void (*moments)(std::size_t rows, std::size_t width, const Real* x, const Real* shift, double* sum, double* squares);
  /// sums[atom][F] = Σ over its edges of σ(y) softplus(y′), y and y′ the halves of the normalized z.
  void (*activate)(const CrystalEdges<Real>& edges, std::size_t begin, std::size_t end, std::size_t width,
                   const Real* z, const RowNorm<Real>& norm, Real* sums);
  /// From the gradients of the sums [atom][F] those of y: sum[c] += Σ dy[c], projection[c] += Σ dy[c] x̂[c].
  void (*gradient_moments)(const CrystalEdges<Real>& edges, std::size_t begin, std::size_t end, std::size_t width,
                           const Real* z, const RowNorm<Real>& norm, const Real* sums_gradient, double* sum,
                           double* projection);
  /// The gradient of z, (dy − mean_dy − x̂ mean_projection)·weight·inverse, into dz [edge][2F]; added to those of p of
  /// the source and q of the destination, atoms_gradient [atom][4F].
  void (*gradient)(const CrystalEdges<Real>& edges, std::size_t begin, std::size_t end, std::size_t width,
                   const Real* z, const RowNorm<Real>& norm, const Real* sums_gradient, const Real* mean_dy,
                   const Real* mean_projection, Real* dz, Real* atoms_gradient);
  /// table_gradient[first + k] += Σ gaussian[k] dz over the edges. order: the edges, those of equal `first` together.
  void (*table_gradient)(const CrystalEdges<Real>& edges, std::size_t n, const std::int32_t* order, std::size_t width,
                         std::size_t first_edge, const Real* dz, Real* table_gradient);
  /// out = softplus(x + y), y the normalized rows [row][width]; both n numbers.
  void (*residual)(std::size_t rows, std::size_t width, const Real* x, const Real* sums, const RowNorm<Real>& norm,
                   Real* out);
  /// du = gradient·σ(x + y) of the same; sum[c] += Σ du[c], projection[c] += Σ du[c] ŝ[c].
  void (*residual_gradient)(std::size_t rows, std::size_t width, const Real* x, const Real* sums,
                            const RowNorm<Real>& norm, const Real* gradient, Real* du, double* sum, double* projection);
  /// x = (du − mean_du − ŝ mean_projection)·weight·inverse
  void (*normalized_gradient)(std::size_t rows, std::size_t width, const Real* sums, const RowNorm<Real>& norm,
                              const Real* du, const Real* mean_du, const Real* mean_projection, Real* x);
  /// x = softplus(x)
  void (*softplus)(std::size_t n, Real* x);
};

/// The best this processor can do.
template <class Real>
const CrystalKernels<Real>& crystal_kernels();

}  // namespace spinel
