#include "linalg/principal_components.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "linalg/distributed_matrix.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): BLAS
extern "C" void dgemm_(const char* transpose_a, const char* transpose_b, const int* m, const int* n, const int* k,
                       const double* alpha, const double* a, const int* lda, const double* b, const int* ldb,
                       const double* beta, double* c, const int* ldc);

namespace spinel {

namespace {

constexpr std::int64_t panel_numbers = std::int64_t{1} << 22;  // of a rank, 32 MB

std::size_t index(std::int64_t value) { return static_cast<std::size_t>(value); }

/// c (m × n) = a b + beta c, all column-major; 'T': of the transposed.
void multiply(char transpose_a, char transpose_b, std::int64_t m, std::int64_t n, std::int64_t k, const double* a,
              std::int64_t lda, const double* b, std::int64_t ldb, double beta, double* c, std::int64_t ldc) {
  if (m == 0 || n == 0) return;
  const double one = 1.0;
  const auto number = [](std::int64_t value) {
    return Communicator::checked_count(index(std::max<std::int64_t>(1, value)));
  };
  const int rows = number(m), columns = number(n), leading_a = number(lda), leading_b = number(ldb),
            leading_c = number(ldc), inner = Communicator::checked_count(index(k));
  dgemm_(&transpose_a, &transpose_b, &rows, &columns, &inner, &one, a, &leading_a, b, &leading_b, &beta, c, &leading_c);
}

/// Own rows in pieces, less their mean.
class CenteredRows {
 public:
  CenteredRows(const Communicator& communicator, const DataRows& data)
      : data_(data), share_(row_share(data.n_rows, communicator.rank(), communicator.size())) {
    std::vector<double> sum(index(data.n_columns), 0.0);
    mean_ = sum;
    for_pieces([&](std::int64_t, std::int64_t count, const double* rows) {
      for (std::int64_t i = 0; i < count; ++i)
        for (double& s : sum) s += *rows++;
    });
    communicator.sum(sum.data(), sum.size());
    for (double& s : sum) s /= static_cast<double>(data.n_rows);
    mean_ = std::move(sum);
  }

  const RowShare& share() const { return share_; }
  const std::vector<double>& mean() const { return mean_; }

  void read(std::int64_t first, std::int64_t count, std::int64_t first_column, std::int64_t n_columns,
            double* to) const {
    if (count == 0) return;
    data_.read(first, count, first_column, n_columns, to);
    for (std::int64_t i = 0; i < count; ++i)
      for (std::int64_t j = 0; j < n_columns; ++j) *to++ -= mean_[index(first_column + j)];
  }

  /// work(first own row of the piece, number of rows, those rows whole).
  template <class Work>
  void for_pieces(Work&& work) const {
    const std::int64_t most =
        std::clamp<std::int64_t>(panel_numbers / data_.n_columns, 1, std::max<std::int64_t>(1, share_.count));
    std::vector<double> rows(index(most * data_.n_columns));
    for (std::int64_t first = 0; first < share_.count; first += most) {
      const std::int64_t count = std::min(most, share_.count - first);
      read(first, count, 0, data_.n_columns, rows.data());
      work(first, count, rows.data());
    }
  }

 private:
  const DataRows& data_;
  RowShare share_;
  std::vector<double> mean_;
};

/// Σ over samples of (x − μ)(x − μ)ᵀ: in each round every rank brings some rows, which are the columns of one panel.
void sum_covariance(const CenteredRows& rows, const DataRows& data, const ProcessGrid& line, DistributedMatrix& sum) {
  const std::int64_t block = row_share(data.n_rows, 0, line.columns()).count;
  const std::int64_t most = std::clamp<std::int64_t>(panel_numbers / data.n_columns, 1, block);
  DistributedMatrix panel(line, data.n_columns, most * line.columns(), static_cast<int>(data.n_columns),
                          static_cast<int>(most));
  DistributedMatrix spread(sum.grid(), data.n_columns, most * line.columns());
  for (std::int64_t first = 0; first < block; first += most) {
    const std::int64_t count = std::clamp<std::int64_t>(rows.share().count - first, 0, most);
    rows.read(first, count, 0, data.n_columns, panel.data());
    std::fill(panel.data() + count * data.n_columns, panel.data() + most * data.n_columns, 0.0);
    redistribute(panel, 0, 0, spread);
    add_self_product(spread, false, sum);
  }
}

/// (x_i − μ)·(x_j − μ): in each round every rank brings some columns of all of its rows.
void sum_gram(const CenteredRows& rows, const DataRows& data, const ProcessGrid& line, DistributedMatrix& sum) {
  const std::int64_t block = row_share(data.n_rows, 0, line.columns()).count;
  const std::int64_t most = std::clamp<std::int64_t>(panel_numbers / block, 1, data.n_columns);
  for (std::int64_t first = 0; first < data.n_columns; first += most) {
    const std::int64_t count = std::min(most, data.n_columns - first);
    DistributedMatrix panel(line, count, data.n_rows, static_cast<int>(count), static_cast<int>(block));
    DistributedMatrix spread(sum.grid(), count, data.n_rows);
    rows.read(0, rows.share().count, first, count, panel.data());
    redistribute(panel, 0, 0, spread);
    add_self_product(spread, true, sum);
  }
}

/// The eigenvectors of the largest eigenvalues, in ascending order, whole on every rank: [component][column].
std::vector<double> covariance_components(const DistributedMatrix& vectors, const ProcessGrid& line,
                                          std::int64_t kept) {
  const std::int64_t n = vectors.rows();
  DistributedMatrix whole(line, n, kept, static_cast<int>(n), static_cast<int>(kept));  // on the first rank
  redistribute(vectors, 0, n - kept, whole);
  std::vector<double> components(index(kept * n));
  if (whole.local_columns() > 0) std::copy(whole.data(), whole.data() + kept * n, components.begin());
  line.communicator().broadcast(components.data(), components.size());
  return components;
}

/// The same from the eigenvectors u of the Gram matrix: Xᵀ u, normalized.
std::vector<double> gram_components(const DistributedMatrix& vectors, const CenteredRows& rows, const DataRows& data,
                                    std::int64_t kept) {
  const Communicator& communicator = vectors.grid().communicator();
  const int block = static_cast<int>(row_share(data.n_rows, 0, communicator.size()).count);
  const ProcessGrid column(communicator, communicator.size(), 1);
  DistributedMatrix own(column, data.n_rows, kept, block, static_cast<int>(kept));
  redistribute(vectors, 0, data.n_rows - kept, own);
  const std::int64_t n = data.n_columns;
  std::vector<double> components(index(kept * n), 0.0);
  // Row-major [component][column] and [row][column] are column × component and column × row to BLAS.
  rows.for_pieces([&](std::int64_t first, std::int64_t count, const double* x) {
    multiply('N', 'N', n, kept, count, x, n, own.data() + first, own.local_rows(), 1.0, components.data(), n);
  });
  communicator.sum(components.data(), components.size());
  for (std::int64_t k = 0; k < kept; ++k) {
    double* component = components.data() + k * n;
    const double length = std::sqrt(std::inner_product(component, component + n, component, 0.0));
    std::for_each(component, component + n, [&](double& value) { value /= length; });
  }
  return components;
}

/// From ascending to descending order, and each with its largest entry positive.
std::vector<double> in_order(const std::vector<double>& ascending, std::int64_t kept, std::int64_t n) {
  std::vector<double> components;
  components.reserve(ascending.size());
  for (std::int64_t k = kept; k-- > 0;) {
    const double* from = ascending.data() + k * n;
    const double largest =
        *std::max_element(from, from + n, [](double a, double b) { return std::abs(a) < std::abs(b); });
    for (std::int64_t j = 0; j < n; ++j) components.push_back(largest < 0.0 ? -from[j] : from[j]);
  }
  return components;
}

}  // namespace

RowShare row_share(std::int64_t n_rows, int rank, int n_ranks) {
  const std::int64_t block = (n_rows + n_ranks - 1) / n_ranks;
  const std::int64_t first = std::min(n_rows, rank * block);
  return {first, std::min(block, n_rows - first)};
}

PrincipalComponents principal_components(const Communicator& communicator, const DataRows& data,
                                         std::int64_t n_components) {
  if (data.n_rows < 2 || data.n_columns < 1)
    fail("principal components need two samples at least, {} are given", data.n_rows);
  const CenteredRows rows(communicator, data);
  const bool by_covariance = data.n_columns <= data.n_rows;
  const std::int64_t n = std::min(data.n_rows, data.n_columns);
  const ProcessGrid line(communicator, 1, communicator.size()), grid = ProcessGrid::square(communicator);
  DistributedMatrix vectors(grid, n, n);
  std::vector<double> sums;
  {
    DistributedMatrix matrix(grid, n, n);
    (by_covariance ? sum_covariance : sum_gram)(rows, data, line, matrix);
    sums = eigenvectors(matrix, vectors);
  }

  PrincipalComponents result;
  result.mean = rows.mean();
  // Rounding makes what should be zero a little negative.
  for (auto sum = sums.rbegin(); sum != sums.rend(); ++sum)
    result.variances.push_back(std::max(0.0, *sum) / static_cast<double>(data.n_rows - 1));
  result.total_variance = std::accumulate(result.variances.begin(), result.variances.end(), 0.0);
  if (!(result.variances.front() > 0.0)) fail("all {} samples are the same: no component varies", data.n_rows);
  const double least = 1e-12 * result.variances.front();
  const auto dimensions =
      std::count_if(result.variances.begin(), result.variances.end(), [&](double v) { return v > least; });
  const std::int64_t kept = std::min<std::int64_t>(n_components, dimensions);

  result.n_components = kept;
  result.components =
      in_order(by_covariance ? covariance_components(vectors, line, kept) : gram_components(vectors, rows, data, kept),
               kept, data.n_columns);
  result.projections.resize(index(rows.share().count * kept));
  rows.for_pieces([&](std::int64_t first, std::int64_t count, const double* x) {
    multiply('T', 'N', kept, count, data.n_columns, result.components.data(), data.n_columns, x, data.n_columns, 0.0,
             result.projections.data() + first * kept, kept);
  });
  return result;
}

}  // namespace spinel
