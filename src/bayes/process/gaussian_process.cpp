#include "bayes/process/gaussian_process.hpp"

#include <cmath>

#include "bayes/process/gaussian_factor.hpp"
#include "core/error.hpp"

namespace spinel {

namespace {

constexpr double log_two_pi = 1.8378770664093454836;

}  // namespace

GaussianProcess::GaussianProcess(const Communicator& communicator, Points x, Eigen::VectorXd y,
                                 Hyperparameters hyperparameters, std::int64_t most_local)
    : communicator_(communicator),
      x_(std::move(x)),
      y_(std::move(y)),
      hyperparameters_(std::move(hyperparameters)),
      most_local_(most_local) {
  const Hyperparameters& h = hyperparameters_;
  if (x_.rows() == 0 || x_.rows() != y_.size() || x_.cols() != h.length.size())
    fail("a Gaussian process of {} points of {} numbers, {} values and {} lengths", x_.rows(), x_.cols(), y_.size(),
         h.length.size());
  if (!x_.allFinite() || !y_.allFinite()) fail("a number that a Gaussian process is to learn from is not finite");
  if (!(h.variance > 0.0) || !(h.noise >= 0.0) || !std::isfinite(h.variance + h.noise + h.mean) ||
      !(h.length.minCoeff() > 0.0) || !h.length.allFinite())
    fail("hyperparameters of a Gaussian process must be finite, lengths and variance above 0");
  factorize();
}

GaussianProcess::GaussianProcess(GaussianProcess&&) noexcept = default;
GaussianProcess& GaussianProcess::operator=(GaussianProcess&&) noexcept = default;
GaussianProcess::~GaussianProcess() = default;

void GaussianProcess::factorize() {
  factor_ = is_distributed() ? distributed_factor(communicator_) : local_factor();
  constexpr double least = 1e-10, most = 1e-4;  // of the variance
  jitter_ = 0.0;
  for (double share = least; !factor_->factorize(x_, hyperparameters_, jitter_); share *= 10.0) {
    if (share > 1.5 * most)
      fail("the covariance of {} points is not positive definite, also with {:g} of the variance on its diagonal",
           n_points(), most);
    jitter_ = share * hyperparameters_.variance;
  }
  update_alpha();
}

void GaussianProcess::update_alpha() { alpha_ = solve(y_.array() - hyperparameters_.mean); }

Eigen::VectorXd GaussianProcess::solve(const Eigen::VectorXd& b) const { return factor_->solve(b); }

void GaussianProcess::set_mean(double mean) {
  hyperparameters_.mean = mean;
  update_alpha();
}

double GaussianProcess::log_evidence() const {
  const double fit = (y_.array() - hyperparameters_.mean).matrix().dot(alpha_);
  return -0.5 * fit - factor_->log_determinant() - 0.5 * static_cast<double>(n_points()) * log_two_pi;
}

Evidence GaussianProcess::evidence() const {
  Evidence result;
  result.log_likelihood = log_evidence();
  result.by_log_length = Eigen::VectorXd::Zero(x_.cols());
  factor_->slopes(*this, result);
  result.by_mean = alpha_.sum();
  return result;
}

Posterior GaussianProcess::posterior(const Points& at) const { return factor_->posterior(*this, at); }

JointPosterior GaussianProcess::joint_posterior(const Points& at) const { return factor_->joint_posterior(*this, at); }

void GaussianProcess::posterior_gradient(const Eigen::VectorXd& at, Eigen::VectorXd& by_mean,
                                         Eigen::VectorXd& by_variance) const {
  if (is_distributed()) fail("gradients of a distributed Gaussian process are not there");
  const Hyperparameters& h = hyperparameters_;
  const Points point = at.transpose();
  const Eigen::VectorXd r2 = squared_distances(h.length, x_, point).col(0);
  Eigen::VectorXd k(n_points()), slope(n_points());
  for (std::int64_t i = 0; i < n_points(); ++i) {
    k[i] = h.variance * kernel_value(h.kernel, r2[i]);
    slope[i] = -h.variance * kernel_slope(h.kernel, r2[i]);
  }
  const Eigen::VectorXd weight = -2.0 * solve(k);
  // ∂k_i/∂x_j = slope_i (x_j − X_ij)/length_j²
  const auto gradient = [&](const Eigen::VectorXd& w) {
    const Eigen::VectorXd s = w.cwiseProduct(slope);
    const Eigen::VectorXd sum = s.sum() * at - x_.transpose() * s;
    return Eigen::VectorXd(sum.cwiseQuotient(h.length.cwiseAbs2()));
  };
  by_mean = gradient(alpha_);
  by_variance = gradient(weight);
}

Posterior GaussianProcess::leave_one_out() const {
  const Eigen::VectorXd diagonal = factor_->inverse_diagonal();
  return {y_ - alpha_.cwiseQuotient(diagonal), diagonal.cwiseInverse()};
}

void GaussianProcess::append(const Eigen::VectorXd& point, double value) {
  const bool was_distributed = is_distributed();
  x_.conservativeResize(x_.rows() + 1, Eigen::NoChange);
  x_.bottomRows(1) = point.transpose();
  y_.conservativeResize(y_.size() + 1);
  y_[y_.size() - 1] = value;
  if (was_distributed || is_distributed() || !factor_->append(*this))
    factorize();
  else
    update_alpha();
}

void add_slopes(const Hyperparameters& h, const Points& a, const Points& b, const Eigen::MatrixXd& weight,
                Evidence& evidence) {
  const Eigen::RowVectorXd middle = b.colwise().mean(), inverse = h.length.cwiseInverse().transpose();
  const Points u = ((a.rowwise() - middle).array().rowwise() * inverse.array()).matrix();
  const Points v = ((b.rowwise() - middle).array().rowwise() * inverse.array()).matrix();
  Eigen::MatrixXd m = squared_distances(h.length, a, b);
  double by_variance = 0.0;
  for (std::int64_t j = 0; j < m.cols(); ++j)
    for (std::int64_t i = 0; i < m.rows(); ++i) {
      const double r2 = m(i, j), w = h.variance * weight(i, j);
      by_variance += w * kernel_value(h.kernel, r2);
      m(i, j) = w * kernel_slope(h.kernel, r2);
    }
  evidence.by_log_variance += by_variance;
  // Σ_ij m_ij (u_i − v_j)² of each number
  const Eigen::VectorXd of_rows = m.rowwise().sum(), of_columns = m.colwise().sum();
  evidence.by_log_length += u.cwiseAbs2().transpose() * of_rows + v.cwiseAbs2().transpose() * of_columns -
                            2.0 * u.cwiseProduct(m * v).colwise().sum().transpose();
}

}  // namespace spinel
