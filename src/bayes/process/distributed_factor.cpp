#include <algorithm>
#include <cmath>
#include <optional>

#include "bayes/process/gaussian_factor.hpp"
#include "linalg/distributed_matrix.hpp"

namespace spinel {

namespace {

constexpr std::int64_t own_points = 256;  // of a rank that are worked on at once
constexpr int panel = 256;                // columns of K that are made at once
constexpr int block = 128;                // of ScaLAPACK, at which a Cholesky factor is nearest to the speed of dgemm

using Local = Eigen::Map<Eigen::MatrixXd>;
using ConstLocal = Eigen::Map<const Eigen::MatrixXd>;

Local local(DistributedMatrix& a) { return {a.data(), a.local_rows(), a.local_columns()}; }
ConstLocal local(const DistributedMatrix& a) { return {a.data(), a.local_rows(), a.local_columns()}; }

/// Points of this rank's rows or columns of a matrix.
Points rows_of(const DistributedMatrix& a, const Points& x) {
  Points result(a.local_rows(), x.cols());
  for (int i = 0; i < a.local_rows(); ++i) result.row(i) = x.row(a.row_of(i));
  return result;
}
Points columns_of(const DistributedMatrix& a, const Points& x, int first, int count) {
  Points result(count, x.cols());
  for (int j = 0; j < count; ++j) result.row(j) = x.row(a.column_of(first + j));
  return result;
}

class DistributedFactor final : public GaussianProcess::Factor {
 public:
  explicit DistributedFactor(const Communicator& communicator)
      : communicator_(communicator), grid_(ProcessGrid::square(communicator)) {}

  bool factorize(const Points& x, const Hyperparameters& h, double jitter) override {
    lower_.emplace(grid_, x.rows(), x.rows(), block, block);
    fill(h, x, x, *lower_);
    for (int j = 0; j < lower_->local_columns(); ++j)
      for (int i = 0; i < lower_->local_rows(); ++i)
        if (lower_->row_of(i) == lower_->column_of(j)) local (*lower_)(i, j) += h.noise + jitter;
    return cholesky(*lower_);
  }

  double log_determinant() const override { return diagonal(*lower_).array().log().sum(); }

  Eigen::VectorXd solve(const Eigen::VectorXd& b) const override {
    DistributedMatrix column(grid_, b.size(), 1, block, block);
    for (int i = 0; i < column.local_rows() && column.local_columns() > 0; ++i) column.data()[i] = b[column.row_of(i)];
    solve_triangular(*lower_, false, column);
    solve_triangular(*lower_, true, column);
    Eigen::VectorXd x = Eigen::VectorXd::Zero(b.size());
    for (int i = 0; i < column.local_rows() && column.local_columns() > 0; ++i) x[column.row_of(i)] = column.data()[i];
    communicator_.sum(x.data(), static_cast<std::size_t>(x.size()));
    return x;
  }

  Posterior posterior(const GaussianProcess& process, const Points& at) const override {
    Posterior result{Eigen::VectorXd(at.rows()), Eigen::VectorXd(at.rows())};
    const std::int64_t n_rounds =
        communicator_.max((static_cast<std::int64_t>(at.rows()) + own_points - 1) / own_points);
    for (std::int64_t round = 0; round < n_rounds; ++round) {
      const std::int64_t first = std::min<std::int64_t>(round * own_points, at.rows()),
                         n = std::min<std::int64_t>(own_points, at.rows() - first);
      std::int64_t begin = 0;
      const Points all = points_of_all(at.middleRows(first, n), begin);
      const Posterior part = posterior_of_same(process, all);
      result.mean.segment(first, n) = part.mean.segment(begin, n);
      result.variance.segment(first, n) = part.variance.segment(begin, n);
    }
    return result;
  }

  JointPosterior joint_posterior(const GaussianProcess& process, const Points& at) const override {
    const Hyperparameters& h = process.hyperparameters();
    DistributedMatrix k(grid_, process.n_points(), at.rows(), block, block);
    fill(h, process.x(), at, k);
    JointPosterior result{means(process, k), covariance(h, at, at)};
    solve_triangular(*lower_, false, k);
    DistributedMatrix product(grid_, at.rows(), at.rows(), block, block);
    add_self_product(k, true, product);
    Eigen::MatrixXd known = Eigen::MatrixXd::Zero(at.rows(), at.rows());
    for (int j = 0; j < product.local_columns(); ++j)
      for (int i = 0; i < product.local_rows(); ++i) {
        const std::int64_t row = product.row_of(i), column = product.column_of(j);
        if (row >= column) known(row, column) = known(column, row) = local(product)(i, j);
      }
    communicator_.sum(known.data(), static_cast<std::size_t>(known.size()));
    result.covariance -= known;
    return result;
  }

  void slopes(const GaussianProcess& process, Evidence& evidence) const override {
    const Hyperparameters& h = process.hyperparameters();
    DistributedMatrix inverse = *lower_;
    invert_from_cholesky(inverse);
    const Points rows = rows_of(inverse, process.x());
    const Eigen::VectorXd& alpha = process.alpha();
    Evidence own;
    own.by_log_length = Eigen::VectorXd::Zero(process.x().cols());
    for (int first = 0; first < inverse.local_columns() && inverse.local_rows() > 0; first += panel) {
      const int count = std::min(panel, inverse.local_columns() - first);
      Eigen::MatrixXd weight(inverse.local_rows(), count);
      for (int j = 0; j < count; ++j)
        for (int i = 0; i < inverse.local_rows(); ++i) {
          const std::int64_t row = inverse.row_of(i), column = inverse.column_of(first + j);
          // Below the diagonal for both triangles.
          const double w = row < column ? 0.0 : alpha[row] * alpha[column] - local(inverse)(i, first + j);
          weight(i, j) = row == column ? 0.5 * w : w;
          if (row == column) own.by_log_noise += 0.5 * h.noise * w;
        }
      add_slopes(h, rows, columns_of(inverse, process.x(), first, count), weight, own);
    }
    communicator_.sum(own.by_log_length.data(), static_cast<std::size_t>(own.by_log_length.size()));
    evidence.by_log_length = own.by_log_length;
    evidence.by_log_variance = communicator_.sum(own.by_log_variance);
    evidence.by_log_noise = communicator_.sum(own.by_log_noise);
  }

  Eigen::VectorXd inverse_diagonal() const override {
    DistributedMatrix inverse = *lower_;
    invert_from_cholesky(inverse);
    return diagonal(inverse);
  }

  bool append(const GaussianProcess& /*process*/) override { return false; }

 private:
  Eigen::VectorXd diagonal(const DistributedMatrix& a) const {
    Eigen::VectorXd result = Eigen::VectorXd::Zero(a.rows());
    for (int j = 0; j < a.local_columns(); ++j)
      for (int i = 0; i < a.local_rows(); ++i)
        if (a.row_of(i) == a.column_of(j)) result[a.row_of(i)] = local(a)(i, j);
    communicator_.sum(result.data(), static_cast<std::size_t>(result.size()));
    return result;
  }

  static void fill(const Hyperparameters& h, const Points& x, const Points& at, DistributedMatrix& k) {
    if (k.local_rows() == 0) return;
    const Points rows = rows_of(k, x);
    for (int first = 0; first < k.local_columns(); first += panel) {
      const int count = std::min(panel, k.local_columns() - first);
      local(k).middleCols(first, count) = covariance(h, rows, columns_of(k, at, first, count));
    }
  }

  /// The points that ranks bring, in rank order; where this rank's begin.
  Points points_of_all(const Points& own, std::int64_t& begin) const {
    const std::vector<std::int64_t> counts = communicator_.all_gather(static_cast<std::int64_t>(own.rows()));
    std::int64_t n = 0;
    for (int rank = 0; rank < communicator_.size(); ++rank) {
      if (rank == communicator_.rank()) begin = n;
      n += counts[static_cast<std::size_t>(rank)];
    }
    Points all = Points::Zero(n, own.cols());
    all.middleRows(begin, own.rows()) = own;
    communicator_.sum(all.data(), static_cast<std::size_t>(all.size()));
    return all;
  }

  Eigen::VectorXd means(const GaussianProcess& process, const DistributedMatrix& k) const {
    Eigen::VectorXd mean = Eigen::VectorXd::Zero(k.columns());
    Eigen::VectorXd alpha(k.local_rows());
    for (int i = 0; i < k.local_rows(); ++i) alpha[i] = process.alpha()[k.row_of(i)];
    const Eigen::VectorXd own = local(k).transpose() * alpha;
    for (int j = 0; j < k.local_columns(); ++j) mean[k.column_of(j)] = own[j];
    communicator_.sum(mean.data(), static_cast<std::size_t>(mean.size()));
    return mean.array() + process.hyperparameters().mean;
  }

  /// Of points that all ranks have.
  Posterior posterior_of_same(const GaussianProcess& process, const Points& at) const {
    DistributedMatrix k(grid_, process.n_points(), at.rows(), block, block);
    fill(process.hyperparameters(), process.x(), at, k);
    Posterior result{means(process, k), Eigen::VectorXd::Zero(at.rows())};
    solve_triangular(*lower_, false, k);
    const Eigen::VectorXd own = local(k).colwise().squaredNorm().transpose();
    for (int j = 0; j < k.local_columns(); ++j) result.variance[k.column_of(j)] = own[j];
    communicator_.sum(result.variance.data(), static_cast<std::size_t>(result.variance.size()));
    result.variance = (process.hyperparameters().variance - result.variance.array()).max(0.0);
    return result;
  }

  Communicator communicator_;
  ProcessGrid grid_;
  std::optional<DistributedMatrix> lower_;
};

}  // namespace

std::unique_ptr<GaussianProcess::Factor> distributed_factor(const Communicator& communicator) {
  return std::make_unique<DistributedFactor>(communicator);
}

}  // namespace spinel
