#include <cmath>

#include "bayes/process/gaussian_factor.hpp"

namespace spinel {

namespace {

constexpr std::int64_t block = 512;  // columns that are worked on at once

class LocalFactor final : public GaussianProcess::Factor {
 public:
  bool factorize(const Points& x, const Hyperparameters& h, double jitter) override {
    noise_ = h.noise + jitter;
    lower_ = covariance(h, x, x);
    lower_.diagonal().array() += noise_;
    const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> factor(lower_);
    return factor.info() == Eigen::Success && lower_.diagonal().allFinite();
  }

  double log_determinant() const override { return lower_.diagonal().array().log().sum(); }

  Eigen::VectorXd solve(const Eigen::VectorXd& b) const override {
    Eigen::VectorXd x = b;
    lower_.triangularView<Eigen::Lower>().solveInPlace(x);
    lower_.triangularView<Eigen::Lower>().transpose().solveInPlace(x);
    return x;
  }

  Posterior posterior(const GaussianProcess& process, const Points& at) const override {
    const Hyperparameters& h = process.hyperparameters();
    Posterior result{Eigen::VectorXd(at.rows()), Eigen::VectorXd(at.rows())};
    for (std::int64_t first = 0; first < at.rows(); first += block) {
      const std::int64_t n = std::min(block, at.rows() - first);
      Eigen::MatrixXd k = covariance(h, process.x(), at.middleRows(first, n));
      result.mean.segment(first, n) = (k.transpose() * process.alpha()).array() + h.mean;
      lower_.triangularView<Eigen::Lower>().solveInPlace(k);
      result.variance.segment(first, n) = (h.variance - k.colwise().squaredNorm().array()).max(0.0).transpose();
    }
    return result;
  }

  JointPosterior joint_posterior(const GaussianProcess& process, const Points& at) const override {
    const Hyperparameters& h = process.hyperparameters();
    Eigen::MatrixXd k = covariance(h, process.x(), at);
    JointPosterior result{(k.transpose() * process.alpha()).array() + h.mean, covariance(h, at, at)};
    lower_.triangularView<Eigen::Lower>().solveInPlace(k);
    result.covariance.noalias() -= k.transpose() * k;
    return result;
  }

  void slopes(const GaussianProcess& process, Evidence& evidence) const override {
    const std::int64_t n = lower_.rows();
    Eigen::MatrixXd weight = -inverse();
    weight += process.alpha() * process.alpha().transpose();
    weight *= 0.5;
    evidence.by_log_noise = process.hyperparameters().noise * weight.trace();
    for (std::int64_t first = 0; first < n; first += block) {
      const std::int64_t count = std::min(block, n - first);
      add_slopes(process.hyperparameters(), process.x(), process.x().middleRows(first, count),
                 weight.middleCols(first, count), evidence);
    }
  }

  Eigen::VectorXd inverse_diagonal() const override {
    const std::int64_t n = lower_.rows();
    return lower_.triangularView<Eigen::Lower>()
        .solve(Eigen::MatrixXd::Identity(n, n))
        .colwise()
        .squaredNorm()
        .transpose();
  }

  bool append(const GaussianProcess& process) override {
    const std::int64_t n = lower_.rows();
    const Hyperparameters& h = process.hyperparameters();
    Eigen::VectorXd row = covariance(h, process.x().topRows(n), process.x().bottomRows(1)).col(0);
    lower_.triangularView<Eigen::Lower>().solveInPlace(row);
    const double rest = h.variance + noise_ - row.squaredNorm();
    if (!(rest > 0.0)) return false;
    lower_.conservativeResize(n + 1, n + 1);
    lower_.bottomLeftCorner(1, n) = row.transpose();
    lower_(n, n) = std::sqrt(rest);
    return true;
  }

 private:
  Eigen::MatrixXd inverse() const {
    const std::int64_t n = lower_.rows();
    Eigen::MatrixXd result = Eigen::MatrixXd::Identity(n, n);
    lower_.triangularView<Eigen::Lower>().solveInPlace(result);
    lower_.triangularView<Eigen::Lower>().transpose().solveInPlace(result);
    return result;
  }

  Eigen::MatrixXd lower_;  // above the diagonal it is what it is
  double noise_ = 0.0;     // on the diagonal
};

}  // namespace

std::unique_ptr<GaussianProcess::Factor> local_factor() { return std::make_unique<LocalFactor>(); }

}  // namespace spinel
