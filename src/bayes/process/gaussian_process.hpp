#pragma once

#include <memory>
#include <vector>

#include "bayes/process/kernel.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// What a Gaussian process knows of points one by one; of f, so without the noise of an observation.
struct Posterior {
  Eigen::VectorXd mean;      ///< in the unit of y
  Eigen::VectorXd variance;  ///< its square, ≥ 0
};

/// What it knows of points together: f is normal with these.
struct JointPosterior {
  Eigen::VectorXd mean;
  Eigen::MatrixXd covariance;
};

/// log p(y | x) and its derivatives by the logarithms of the hyperparameters, but for the mean.
struct Evidence {
  double log_likelihood = 0.0;
  Eigen::VectorXd by_log_length;
  double by_log_variance = 0.0, by_log_noise = 0.0, by_mean = 0.0;
};

/// An exact Gaussian process that has seen data (Rasmussen & Williams, algorithm 2.1): K = k(x, x) + noise, its
/// Cholesky factor, α = K⁻¹(y − mean). Up to `most_local` points every rank holds all of it, factored by LAPACK; above,
/// the matrix is dealt out over the ranks in blocks (ScaLAPACK), n² · 8 bytes in all, twice that for evidence() and
/// leave_one_out().
///
/// Where rounding makes K not positive definite its diagonal grows by variance · 10⁻¹⁰, and ten times that until it is,
/// 10⁻⁴ at most: jitter(). Error beyond, and for numbers that are not finite.
class GaussianProcess {
 public:
  static constexpr std::int64_t default_most_local = 3000;

  /// Collective. All ranks bring the same. `x` has the rows that `y` has values of, at least one.
  GaussianProcess(const Communicator& communicator, Points x, Eigen::VectorXd y, Hyperparameters hyperparameters,
                  std::int64_t most_local = default_most_local);
  GaussianProcess(GaussianProcess&&) noexcept;
  GaussianProcess& operator=(GaussianProcess&&) noexcept;
  ~GaussianProcess();

  const Points& x() const { return x_; }
  const Eigen::VectorXd& y() const { return y_; }
  const Hyperparameters& hyperparameters() const { return hyperparameters_; }
  std::int64_t n_points() const { return x_.rows(); }
  /// Whether the members below are collective; they are local to the rank otherwise.
  bool is_distributed() const { return n_points() > most_local_; }
  double jitter() const { return jitter_; }  ///< what was added to the diagonal, in the unit of y squared; 0: nothing
  /// K⁻¹(y − mean), on every rank.
  const Eigen::VectorXd& alpha() const { return alpha_; }

  /// The mean at the points that it has seen.
  Eigen::VectorXd fitted() const { return y_ - (hyperparameters_.noise + jitter_) * alpha_; }

  double log_evidence() const;  ///< log p(y | x); never communicates
  Evidence evidence() const;

  /// Of this rank's points, any number of them, also none: in blocks, so that memory does not grow with their number
  /// beyond the results.
  Posterior posterior(const Points& at) const;
  /// Of the same points on all ranks, on every rank; for up to some thousands.
  JointPosterior joint_posterior(const Points& at) const;
  /// ∂mean/∂x and ∂variance/∂x at one point. Error where it is distributed.
  void posterior_gradient(const Eigen::VectorXd& at, Eigen::VectorXd& by_mean, Eigen::VectorXd& by_variance) const;

  /// What is predicted of each point from all others, with the noise in it (Rasmussen & Williams, eq. 5.12): mean
  /// y − α/K⁻¹_ii, variance 1/K⁻¹_ii.
  Posterior leave_one_out() const;

  /// K⁻¹ b for one column.
  Eigen::VectorXd solve(const Eigen::VectorXd& b) const;

  /// Another mean of the prior, in O(n²).
  void set_mean(double mean);
  /// One more point, by a further row of the Cholesky factor: O(n²). Anew, O(n³), where it is distributed.
  void append(const Eigen::VectorXd& point, double value);

  class Factor;

 private:
  void factorize();
  void update_alpha();

  Communicator communicator_;
  Points x_;
  Eigen::VectorXd y_, alpha_;
  Hyperparameters hyperparameters_;
  std::int64_t most_local_;
  double jitter_ = 0.0;
  std::unique_ptr<Factor> factor_;
};

}  // namespace spinel
