#pragma once

#include <cstdint>
#include <vector>

#include "ising/statistics.hpp"

namespace spinel {

/// What classifiers of phases predict for configurations at one lattice size, as a curve of the temperature.
struct ClassifierCurve {
  /// Of each temperature: the probability of the disordered phase, mean over configurations and networks. The error
  /// holds the scatter of the configurations and, with two networks or more, that of the networks.
  std::vector<Estimate> confidence;
  std::vector<std::vector<double>> of_network;  ///< [network][temperature] the same of each network

  /// Where the confidence crosses one half, and its error as above.
  Estimate crossing;
  double configuration_error = 0.0;         ///< the part of the error that comes from the configurations
  std::vector<double> crossing_of_network;  ///< [network]
  /// Share of the resamples whose curve crosses one half; 0: the curve itself does not, and there is no crossing.
  double found = 0.0;
};

/// p[network][temperature][configuration]: probabilities of the disordered phase that networks give to the same
/// independent configurations at `temperatures` (ascending, two or more).
///
/// The crossing is that of the straight lines between the points of the curve, made monotonic by pooling adjacent
/// violators, so that there is one at most. Errors: the standard deviation over `resamples` bootstrap samples of the
/// configurations at every temperature, from random numbers of `seed`, and the standard deviation over K networks
/// divided by √K, added in squares.
ClassifierCurve classifier_curve(const std::vector<double>& temperatures,
                                 const std::vector<std::vector<std::vector<float>>>& p, std::int64_t resamples,
                                 std::uint64_t seed);

/// Standard deviation of the mean of independent numbers; 0 for fewer than two.
double error_of_mean(const std::vector<double>& values);
/// Standard deviation of each of them.
double deviation(const std::vector<double>& values);

}  // namespace spinel
