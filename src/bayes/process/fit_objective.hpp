#pragma once

#include "bayes/process/fit_hyperparameters.hpp"

namespace spinel {

/// −log evidence − log priors as a function of one vector: the logarithms of lengths over their ranges (one without
/// ard), of the variance, and of the noise where it is fitted. y is standardized; the mean is the best for the others.
/// Local.
class FitObjective {
 public:
  /// All arguments must outlive this. `noise`: variance, where the settings give one.
  FitObjective(const Points& x, const Eigen::VectorXd& y, const FitSettings& settings, double noise);

  std::int64_t n_lengths() const { return settings_.ard ? x_.cols() : 1; }
  bool fits_noise() const { return settings_.noise < 0.0; }
  std::int64_t size() const { return n_lengths() + 1 + (fits_noise() ? 1 : 0); }
  double mode_of_log_length() const;  ///< of the prior

  Eigen::VectorXd vector(double length, double variance, double noise) const;
  Eigen::VectorXd vector(const Hyperparameters& h, double lowest_noise) const;
  GaussianProcess process(const Eigen::VectorXd& t) const;

  /// +∞ where the covariance is not positive definite.
  double operator()(const Eigen::VectorXd& t, Eigen::VectorXd* gradient) const;

 private:
  Hyperparameters hyperparameters(const Eigen::VectorXd& t) const;
  double mean_of_log_length() const;

  const Points& x_;
  const Eigen::VectorXd& y_;
  const FitSettings& settings_;
  double given_noise_;
  Eigen::VectorXd range_;
};

}  // namespace spinel
