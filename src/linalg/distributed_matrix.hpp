#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

/// All ranks of a communicator as a rows × columns grid (a BLACS context), numbered along rows. Copies share it.
class ProcessGrid {
 public:
  /// Collective. rows · columns = number of ranks.
  ProcessGrid(const Communicator& communicator, int rows, int columns);
  /// Collective. As near to a square as the number of ranks allows.
  static ProcessGrid square(const Communicator& communicator);

  const Communicator& communicator() const { return communicator_; }
  int rows() const { return rows_; }
  int columns() const { return columns_; }
  int row() const { return communicator_.rank() / columns_; }     ///< of this rank
  int column() const { return communicator_.rank() % columns_; }  ///< of this rank
  int context() const { return context_; }

 private:
  Communicator communicator_;
  int rows_, columns_, context_ = -1;
  std::shared_ptr<void> owner_;
};

/// A matrix of ScaLAPACK: blocks of row_block × column_block dealt out cyclically over the rows and columns of a grid.
/// A rank holds local_rows() × local_columns() of it, column-major without gaps; zero at first.
class DistributedMatrix {
 public:
  static constexpr int default_block = 64;

  /// Fails where a rank's part has 2³¹ elements or more.
  DistributedMatrix(const ProcessGrid& grid, std::int64_t rows, std::int64_t columns, int row_block = default_block,
                    int column_block = default_block);

  const ProcessGrid& grid() const { return grid_; }
  std::int64_t rows() const { return descriptor_[2]; }
  std::int64_t columns() const { return descriptor_[3]; }
  int local_rows() const { return local_rows_; }
  int local_columns() const { return local_columns_; }
  /// Rows and columns of the matrix that the local ones are.
  std::int64_t row_of(int local) const { return global(local, descriptor_[4], grid_.rows(), grid_.row()); }
  std::int64_t column_of(int local) const { return global(local, descriptor_[5], grid_.columns(), grid_.column()); }
  double* data() { return values_.data(); }
  const double* data() const { return values_.data(); }
  const int* descriptor() const { return descriptor_.data(); }

 private:
  static std::int64_t global(std::int64_t local, int block, int processes, int process) {
    return (local / block * processes + process) * block + local % block;
  }

  ProcessGrid grid_;
  std::array<int, 9> descriptor_{};
  int local_rows_ = 0, local_columns_ = 0;
  std::vector<double> values_;
};

// All collective over the ranks of the grids. Rows and columns are counted from 0.

/// to[0 …, 0 …] = from[first_row …, first_column …], as many rows and columns as `to` has. The grids may differ, the
/// ranks are the same (pdgemr2d).
void redistribute(const DistributedMatrix& from, std::int64_t first_row, std::int64_t first_column,
                  DistributedMatrix& to);
/// The lower triangle of `sum` += A Aᵀ, or Aᵀ A with `transposed` (pdsyrk).
void add_self_product(const DistributedMatrix& a, bool transposed, DistributedMatrix& sum);
/// Eigenvalues in ascending order, on every rank, and the eigenvectors as the columns of `vectors`, of the symmetric
/// matrix whose lower triangle `a` holds; destroys `a` (pdsyevd: Tisseur & Dongarra, SIAM J. Sci. Comput. 20, 2223
/// (1999)).
std::vector<double> eigenvectors(DistributedMatrix& a, DistributedMatrix& vectors);
/// The lower triangle L of a symmetric matrix, of which only that triangle is read, becomes its Cholesky factor, LLᵀ =
/// a; false where the matrix is not positive definite, and then it holds nothing of use (pdpotrf).
bool cholesky(DistributedMatrix& a);
/// The lower triangle of a Cholesky factor becomes that of (LLᵀ)⁻¹ (pdpotri).
void invert_from_cholesky(DistributedMatrix& factor);
/// b = L⁻¹ b, or L⁻ᵀ b with `transposed` (pdtrsm). The blocks of b's rows are those of L.
void solve_triangular(const DistributedMatrix& factor, bool transposed, DistributedMatrix& b);

}  // namespace spinel
