// Principal components by ScaLAPACK against LAPACK's dsyevd on the whole data, which every rank has in this test.
#include "linalg/principal_components.hpp"

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <cmath>

#include "core/random.hpp"
#include "linalg/distributed_matrix.hpp"

extern "C" void dsyevd_(const char* job, const char* uplo, const int* n, double* a, const int* lda, double* w,
                        double* work, const int* lwork, int* iwork, const int* liwork, int* info);
extern "C" void dsyrk_(const char* uplo, const char* transposed, const int* n, const int* k, const double* alpha,
                       const double* a, const int* lda, const double* beta, double* c, const int* ldc);

namespace spinel {
namespace {

using Matrix = Eigen::MatrixXd;

/// Samples with a few strong directions under noise; or ±1 like the spins of a lattice near its transition.
Matrix make_samples(std::int64_t rows, std::int64_t columns, bool spins) {
  const Random random(11, RandomPurpose::test);
  Matrix x(rows, columns);
  for (std::int64_t i = 0; i < rows; ++i) {
    RandomSequence sequence(random, 1, static_cast<std::uint64_t>(i));
    const double strength[3] = {sequence.normal(), sequence.normal(), sequence.normal()};
    for (std::int64_t j = 0; j < columns; ++j) {
      double value = 0.3 * sequence.normal() + 0.1 * static_cast<double>(j % 5);
      for (int k = 0; k < 3; ++k) value += strength[k] / (k + 1.0) * std::cos(0.7 * static_cast<double>(k * j) + k);
      x(i, j) = spins ? (value > 0.0 ? 1.0 : -1.0) : value;
    }
  }
  return x;
}

struct Reference {
  Eigen::VectorXd mean, variances;  // descending
  Matrix components;                // columns
};

Reference reference(const Matrix& x) {
  Reference result;
  result.mean = x.colwise().mean().transpose();
  const Matrix centered = x.rowwise() - result.mean.transpose();
  const int n = static_cast<int>(x.cols()), n_samples = static_cast<int>(x.rows());
  Matrix covariance(n, n);
  const double factor = 1.0 / (n_samples - 1.0), zero = 0.0;
  dsyrk_("L", "T", &n, &n_samples, &factor, centered.data(), &n_samples, &zero, covariance.data(), &n);
  Eigen::VectorXd values(n);
  const int n_work = 1 + 6 * n + 2 * n * n, n_integer_work = 3 + 5 * n;
  std::vector<double> work(static_cast<std::size_t>(n_work));
  std::vector<int> integer_work(static_cast<std::size_t>(n_integer_work));
  int info = 0;
  dsyevd_("V", "L", &n, covariance.data(), &n, values.data(), work.data(), &n_work, integer_work.data(),
          &n_integer_work, &info);
  EXPECT_EQ(info, 0);
  result.variances = values.reverse();
  result.components = covariance.rowwise().reverse();
  return result;
}

void compare(std::int64_t n_rows, std::int64_t n_columns, bool spins) {
  SCOPED_TRACE(testing::Message() << n_rows << " × " << n_columns << (spins ? " spins" : ""));
  const auto world = Communicator::world();
  const Matrix x = make_samples(n_rows, n_columns, spins);
  const auto share = row_share(n_rows, world.rank(), world.size());
  DataRows data;
  data.n_rows = n_rows;
  data.n_columns = n_columns;
  data.read = [&](std::int64_t first, std::int64_t count, std::int64_t first_column, std::int64_t columns, double* to) {
    ASSERT_LE(first + count, share.count);
    for (std::int64_t i = 0; i < count; ++i)
      for (std::int64_t j = 0; j < columns; ++j) *to++ = x(share.first + first + i, first_column + j);
  };
  const std::int64_t asked = 5;
  const auto pca = principal_components(world, data, asked);
  const auto expected = reference(x);
  const auto scale = expected.variances[0];
  ASSERT_EQ(static_cast<std::int64_t>(pca.variances.size()), std::min(n_rows, n_columns));
  for (std::size_t k = 0; k < pca.variances.size(); ++k)
    EXPECT_NEAR(pca.variances[k], expected.variances[static_cast<Eigen::Index>(k)], 1e-12 * scale) << k;
  EXPECT_NEAR(pca.total_variance, expected.variances.sum(), 1e-11 * scale);
  for (std::int64_t j = 0; j < n_columns; ++j)
    EXPECT_NEAR(pca.mean[static_cast<std::size_t>(j)], expected.mean[j], 1e-13);

  ASSERT_EQ(pca.n_components, std::min({asked, n_rows - 1, n_columns}));
  ASSERT_EQ(static_cast<std::int64_t>(pca.projections.size()), share.count * pca.n_components);
  for (std::int64_t k = 0; k < pca.n_components; ++k) {
    const Eigen::Map<const Eigen::VectorXd> component(pca.components.data() + k * n_columns, n_columns);
    Eigen::VectorXd v = expected.components.col(k);
    if (v.dot(component) < 0.0) v *= -1.0;
    EXPECT_LT((component - v).norm(), 1e-10) << "component " << k;
    for (std::int64_t i = 0; i < share.count; ++i)
      EXPECT_NEAR(pca.projections[static_cast<std::size_t>(i * pca.n_components + k)],
                  (x.row(share.first + i).transpose() - expected.mean).dot(v), 1e-10 * std::sqrt(scale * 100))
          << "sample " << share.first + i << " component " << k;
  }
}

TEST(PrincipalComponents, EqualLapackOnAGatheredCopy) {
  compare(300, 70, false);   // covariance
  compare(301, 129, false);  // rows that do not divide evenly, blocks that are not full
  compare(60, 200, false);   // Gram matrix
  compare(500, 144, true);
  compare(90, 256, true);
  compare(5, 7, false);  // some ranks have one row or none
  compare(3, 2, false);
}

TEST(PrincipalComponents, ManyPanels) {
  // Of 4 Mi numbers a rank: the covariance of several row panels, the Gram matrix of several column panels.
  const auto world = Communicator::world();
  const bool tall = true;
  for (const bool shape : {tall, !tall}) {
    const std::int64_t n_rows = shape ? 150000 : 3, n_columns = shape ? 64 : 5000000;
    const auto share = row_share(n_rows, world.rank(), world.size());
    // Two directions, of small whole numbers that sum up to nothing.
    const auto value = [](std::int64_t i, std::int64_t j) {
      return static_cast<double>((i % 3 - 1) * (j % 5 - 2) + 2 * (i % 2) * (j % 7 - 3));
    };
    DataRows data{n_rows, n_columns, [&](auto first, auto count, auto column, auto columns, double* to) {
                    for (std::int64_t i = 0; i < count; ++i)
                      for (std::int64_t j = 0; j < columns; ++j) *to++ = value(share.first + first + i, column + j);
                  }};
    const auto pca = principal_components(world, data, 4);
    // Two directions and no more, whose variances are sums over samples and columns.
    ASSERT_EQ(pca.n_components, 2);
    double total = 0.0;
    for (std::int64_t j = 0; j < n_columns; ++j) {
      double sum = 0.0, squares = 0.0;
      for (std::int64_t i = 0; i < n_rows; ++i) sum += value(i, j), squares += value(i, j) * value(i, j);
      total += (squares - sum * sum / static_cast<double>(n_rows)) / static_cast<double>(n_rows - 1);
    }
    EXPECT_NEAR(pca.total_variance / total, 1.0, 1e-10);
    EXPECT_NEAR(pca.variances[0] + pca.variances[1], pca.total_variance, 1e-10 * pca.total_variance);
  }
}

TEST(PrincipalComponents, RefusesWhatHasNone) {
  const auto world = Communicator::world();
  DataRows data{4, 3, [](auto, auto count, auto, auto columns, double* to) { std::fill_n(to, count * columns, 1.0); }};
  EXPECT_THROW(principal_components(world, data, 2), Error);
  data.n_rows = 1;
  EXPECT_THROW(principal_components(world, data, 2), Error);
}

TEST(DistributedMatrix, PartsCoverTheWhole) {
  const auto world = Communicator::world();
  const auto grid = ProcessGrid::square(world);
  EXPECT_EQ(grid.rows() * grid.columns(), world.size());
  const DistributedMatrix matrix(grid, 200, 131, 16, 32);
  EXPECT_EQ(world.sum(std::int64_t{matrix.local_rows()} * matrix.local_columns()), 200 * 131);
  EXPECT_THROW(ProcessGrid(world, 3, world.size()), Error);
}

}  // namespace
}  // namespace spinel
