#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

/// A matrix of samples (rows) × features (columns), the rows dealt out over the ranks by row_share(). Values are
/// asked for in pieces, so that no rank needs to hold its share as doubles.
struct DataRows {
  std::int64_t n_rows = 0;     ///< of all ranks
  std::int64_t n_columns = 0;  ///< features
  /// Writes columns first_column … of `count` own rows from `first` on (0: the first of this rank), row-major.
  std::function<void(std::int64_t first, std::int64_t count, std::int64_t first_column, std::int64_t n_columns,
                     double* values)>
      read;
};

struct RowShare {
  std::int64_t first = 0, count = 0;
};
/// Rank r holds rows r·b … (r+1)·b − 1 with b = ⌈n/ranks⌉, as far as there are any.
RowShare row_share(std::int64_t n_rows, int rank, int n_ranks);

/// λ_k and v_k: eigenvalues and eigenvectors of the covariance matrix Σ (x − μ)(x − μ)ᵀ / (n − 1).
struct PrincipalComponents {
  std::vector<double> mean;         ///< μ [column]
  std::vector<double> variances;    ///< λ, descending: min(n_rows, n_columns) of them
  double total_variance = 0.0;      ///< Σ λ; λ_k / Σ λ is the explained variance ratio
  std::int64_t n_components = 0;    ///< kept: fewer than asked for where the data have fewer dimensions
  std::vector<double> components;   ///< v [component][column], of unit length, the largest entry positive
  std::vector<double> projections;  ///< (x − μ)·v [own row][component]
};

/// Collective; everything but the projections is the same on every rank. Diagonalizes (ScaLAPACK) the covariance matrix
/// where there are fewer columns than rows, else the Gram matrix (x_i − μ)·(x_j − μ), which has the same eigenvalues;
/// either is spread over all ranks block-cyclically and summed up panel by panel. Memory a rank: four such matrices
/// divided by the number of ranks, and panels of some 100 MB.
/// Fails with fewer than two rows and where all rows are the same.
PrincipalComponents principal_components(const Communicator& communicator, const DataRows& data,
                                         std::int64_t n_components);

}  // namespace spinel
