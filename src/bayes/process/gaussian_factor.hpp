#pragma once

#include <memory>

#include "bayes/process/gaussian_process.hpp"

namespace spinel {

/// L of K = LLᵀ and what is computed by it, wherever it is. Points are those of the process; results are the same on
/// all ranks but for posterior()'s.
class GaussianProcess::Factor {
 public:
  virtual ~Factor() = default;
  /// From the hyperparameters and `jitter` on the diagonal. False where that is not positive definite.
  virtual bool factorize(const Points& x, const Hyperparameters& h, double jitter) = 0;
  virtual double log_determinant() const = 0;  ///< of L
  virtual Eigen::VectorXd solve(const Eigen::VectorXd& b) const = 0;
  virtual Posterior posterior(const GaussianProcess& process, const Points& at) const = 0;
  virtual JointPosterior joint_posterior(const GaussianProcess& process, const Points& at) const = 0;
  /// Σ_ij (α_i α_j − K⁻¹_ij) ∂K_ij/∂log θ / 2 of lengths, variance and noise.
  virtual void slopes(const GaussianProcess& process, Evidence& evidence) const = 0;
  virtual Eigen::VectorXd inverse_diagonal() const = 0;
  /// One more row, of the last point; false where this factor has to be made anew.
  virtual bool append(const GaussianProcess& process) = 0;
};

/// What the entries of rows a and columns b of K add to slopes(), weighted: by `weight`[i, j], without the noise.
void add_slopes(const Hyperparameters& h, const Points& a, const Points& b, const Eigen::MatrixXd& weight,
                Evidence& evidence);

std::unique_ptr<GaussianProcess::Factor> local_factor();
std::unique_ptr<GaussianProcess::Factor> distributed_factor(const Communicator& communicator);

}  // namespace spinel
