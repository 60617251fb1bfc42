#include "linalg/distributed_matrix.hpp"

#include <algorithm>
#include <cmath>

// NOLINTBEGIN(readability-identifier-naming): names of ScaLAPACK
extern "C" {
int Csys2blacs_handle(MPI_Comm comm);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridinit(int* context, const char* order, int rows, int columns);
void Cblacs_gridexit(int context);
int numroc_(const int* n, const int* block, const int* process, const int* first_process, const int* processes);
void descinit_(int* descriptor, const int* rows, const int* columns, const int* row_block, const int* column_block,
               const int* first_row, const int* first_column, const int* context, const int* leading, int* info);
void pdgemr2d_(const int* rows, const int* columns, const double* a, const int* ia, const int* ja, const int* desc_a,
               double* b, const int* ib, const int* jb, const int* desc_b, const int* context);
void pdsyrk_(const char* uplo, const char* transposed, const int* n, const int* k, const double* alpha, const double* a,
             const int* ia, const int* ja, const int* desc_a, const double* beta, double* c, const int* ic,
             const int* jc, const int* desc_c);
void pdsyevd_(const char* job, const char* uplo, const int* n, double* a, const int* ia, const int* ja,
              const int* desc_a, double* w, double* z, const int* iz, const int* jz, const int* desc_z, double* work,
              const int* lwork, int* iwork, const int* liwork, int* info);
void pdpotrf_(const char* uplo, const int* n, double* a, const int* ia, const int* ja, const int* desc_a, int* info);
void pdpotri_(const char* uplo, const int* n, double* a, const int* ia, const int* ja, const int* desc_a, int* info);
void pdtrsm_(const char* side, const char* uplo, const char* transposed, const char* diagonal, const int* m,
             const int* n, const double* alpha, const double* a, const int* ia, const int* ja, const int* desc_a,
             double* b, const int* ib, const int* jb, const int* desc_b);
}
// NOLINTEND(readability-identifier-naming)

namespace spinel {

namespace {

constexpr int zero = 0, one = 1;

int to_int(std::int64_t n, const char* what) {
  if (n > 0x7fffffff) fail("a distributed matrix of {} {} is beyond ScaLAPACK's limit of 2147483647", n, what);
  return static_cast<int>(n);
}

}  // namespace

ProcessGrid::ProcessGrid(const Communicator& communicator, int rows, int columns)
    : communicator_(communicator), rows_(rows), columns_(columns) {
  if (rows < 1 || columns < 1 || rows * columns != communicator.size())
    fail("a process grid of {} × {} does not hold {} ranks", rows, columns, communicator.size());
  const int system = Csys2blacs_handle(communicator.mpi());
  context_ = system;
  Cblacs_gridinit(&context_, "Row", rows, columns);
  owner_ = std::shared_ptr<void>(nullptr, [system, context = context_](void*) {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (finalized != 0) return;
    Cblacs_gridexit(context);
    Cfree_blacs_system_handle(system);
  });
}

ProcessGrid ProcessGrid::square(const Communicator& communicator) {
  int rows = static_cast<int>(std::sqrt(communicator.size()));
  while (communicator.size() % rows != 0) --rows;
  return {communicator, rows, communicator.size() / rows};
}

DistributedMatrix::DistributedMatrix(const ProcessGrid& grid, std::int64_t rows, std::int64_t columns, int row_block,
                                     int column_block)
    : grid_(grid) {
  const int n_rows = to_int(rows, "rows"), n_columns = to_int(columns, "columns");
  const int grid_rows = grid.rows(), grid_columns = grid.columns(), row = grid.row(), column = grid.column();
  local_rows_ = numroc_(&n_rows, &row_block, &row, &zero, &grid_rows);
  local_columns_ = numroc_(&n_columns, &column_block, &column, &zero, &grid_columns);
  const std::int64_t size = std::int64_t{local_rows_} * local_columns_;
  // Every rank throws where one has to: the first has the most.
  const std::int64_t largest = std::int64_t{numroc_(&n_rows, &row_block, &zero, &zero, &grid_rows)} *
                               numroc_(&n_columns, &column_block, &zero, &zero, &grid_columns);
  if (largest > 0x7fffffff)
    fail("a matrix of {} × {} is {} numbers a rank, above ScaLAPACK's limit of 2147483647: use more ranks", rows,
         columns, largest);
  const int leading = std::max(1, local_rows_), context = grid.context();
  int info = 0;
  descinit_(descriptor_.data(), &n_rows, &n_columns, &row_block, &column_block, &zero, &zero, &context, &leading,
            &info);
  if (info != 0)
    fail("ScaLAPACK refuses a matrix of {} × {} in blocks of {} × {}", rows, columns, row_block, column_block);
  values_.assign(static_cast<std::size_t>(std::max<std::int64_t>(1, size)), 0.0);
}

void redistribute(const DistributedMatrix& from, std::int64_t first_row, std::int64_t first_column,
                  DistributedMatrix& to) {
  const int rows = static_cast<int>(to.rows()), columns = static_cast<int>(to.columns());
  const int ia = static_cast<int>(first_row) + 1, ja = static_cast<int>(first_column) + 1;
  const int context = from.grid().context();
  pdgemr2d_(&rows, &columns, from.data(), &ia, &ja, from.descriptor(), to.data(), &one, &one, to.descriptor(),
            &context);
}

void add_self_product(const DistributedMatrix& a, bool transposed, DistributedMatrix& sum) {
  const int n = static_cast<int>(sum.rows()), k = static_cast<int>(transposed ? a.rows() : a.columns());
  const double factor = 1.0;
  pdsyrk_("L", transposed ? "T" : "N", &n, &k, &factor, a.data(), &one, &one, a.descriptor(), &factor, sum.data(), &one,
          &one, sum.descriptor());
}

std::vector<double> eigenvectors(DistributedMatrix& a, DistributedMatrix& vectors) {
  const int n = static_cast<int>(a.rows());
  std::vector<double> values(static_cast<std::size_t>(n));
  std::vector<double> work(1);
  std::vector<int> integer_work(1);
  int info = 0;
  const auto call = [&](int n_work, int n_integer_work) {
    pdsyevd_("V", "L", &n, a.data(), &one, &one, a.descriptor(), values.data(), vectors.data(), &one, &one,
             vectors.descriptor(), work.data(), &n_work, integer_work.data(), &n_integer_work, &info);
  };
  call(-1, -1);
  // The answer leaves out what pdormtr and pdlasrt ask for in small matrices (ScaLAPACK 2.2).
  const std::int64_t block = a.descriptor()[5];
  const std::int64_t n_work =
      static_cast<std::int64_t>(work[0]) + n + (std::int64_t{a.local_rows()} + a.local_columns() + 4 * block) * block;
  work.resize(static_cast<std::size_t>(n_work));
  integer_work.resize(static_cast<std::size_t>(std::max(1, integer_work[0])));
  call(to_int(n_work, "numbers of workspace"), static_cast<int>(integer_work.size()));
  if (info != 0) fail("the eigenvalues of a {0} × {0} matrix were not found (ScaLAPACK pdsyevd: {1})", n, info);
  // Of a matrix of one block only its owner gets them all.
  a.grid().communicator().broadcast(values.data(), values.size());
  return values;
}

bool cholesky(DistributedMatrix& a) {
  const int n = static_cast<int>(a.rows());
  int info = 0;
  pdpotrf_("L", &n, a.data(), &one, &one, a.descriptor(), &info);
  if (info < 0) fail("ScaLAPACK refuses the Cholesky factor of a {0} × {0} matrix (pdpotrf: {1})", n, info);
  return info == 0;
}

void invert_from_cholesky(DistributedMatrix& factor) {
  const int n = static_cast<int>(factor.rows());
  int info = 0;
  pdpotri_("L", &n, factor.data(), &one, &one, factor.descriptor(), &info);
  if (info != 0) fail("the inverse of a {0} × {0} matrix was not found (ScaLAPACK pdpotri: {1})", n, info);
}

void solve_triangular(const DistributedMatrix& factor, bool transposed, DistributedMatrix& b) {
  const int n = static_cast<int>(b.rows()), columns = static_cast<int>(b.columns());
  const double factor_of_b = 1.0;
  pdtrsm_("L", "L", transposed ? "T" : "N", "N", &n, &columns, &factor_of_b, factor.data(), &one, &one,
          factor.descriptor(), b.data(), &one, &one, b.descriptor());
}

}  // namespace spinel
