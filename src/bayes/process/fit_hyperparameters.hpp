#pragma once

#include <optional>
#include <string>

#include "bayes/process/gaussian_process.hpp"

namespace spinel {

/// How hyperparameters are found.
struct FitSettings {
  KernelKind kernel = KernelKind::matern52;
  bool ard = true;      ///< a length for each number of a point; else one for all
  double noise = -1.0;  ///< standard deviation of the observations, in the unit of y; below 0: fitted
  bool priors = true;
  /// [number of a point]: the range of it to which the prior of its length belongs; empty: 1, as of a unit cube.
  Eigen::VectorXd range;
  int starts = 2;                   ///< of the optimizer; the first is the earlier result, or the middle of the priors
  std::int64_t most_points = 1000;  ///< more than these, and a random subset of so many is fitted to; 0: all
  std::uint64_t seed = 1, number = 0;  ///< of the other starts and of the subset
};

struct FitResult {
  Hyperparameters hyperparameters;
  double log_posterior = 0.0;  ///< log evidence of the standardized y, and log priors
  int evaluations = 0;         ///< of it
  std::int64_t n_points = 0;   ///< that were fitted to
  /// Names what stands at the end of its range, "the noise is at its floor"; empty: nothing.
  std::string note;
};

/// Collective; all ranks bring the same, and get the same. Maximizes the log evidence and log priors of the lengths. y
/// is standardized inside; the mean is the one that is best for the other numbers (generalized least squares).
///
/// The prior of each length is log(length/range) ~ N(√2 + ½ log d, √3) for d numbers (Hvarfner et al., ICML 2024, the
/// default of BoTorch since 0.12). The noise stays above 10⁻⁸ of the variance of y: with 10⁻⁶ the search of a smooth
/// function spends evaluations on the neighborhood of its best point, where it takes itself for unsure.
FitResult fit_hyperparameters(const Communicator& communicator, const Points& x, const Eigen::VectorXd& y,
                              const FitSettings& settings, const std::optional<Hyperparameters>& earlier = {});

/// √12 times the standard deviation of each column: the range of a uniform distribution that spreads as much; 1 where
/// a column has none.
Eigen::VectorXd ranges_of(const Points& points);

}  // namespace spinel
