#pragma once

#include <cstdint>
#include <vector>

#include "ising/statistics.hpp"

namespace spinel {

/// Learning by confusion (van Nieuwenburg, Liu, Huber, Nature Physics 13, 435 (2017)): a network is trained to
/// distinguish temperatures below a trial temperature from those above, whatever they have to do with phases, once for
/// each of many trial temperatures. Its accuracy is 1 where all data lie on one side, falls where it has to split one
/// phase, and has a peak in between where the trial temperature is that of the transition: a W.
struct ConfusionCurve {
  std::vector<Estimate> accuracy;               ///< [trial] on configurations that were not trained on
  std::vector<std::vector<double>> of_network;  ///< [network][trial]
  std::vector<double> guess;                    ///< [trial] accuracy of always naming the larger side

  Estimate peak;                        ///< the middle peak of the W: the transition
  double configuration_error = 0.0;     ///< the part of its error that comes from the configurations
  std::vector<double> peak_of_network;  ///< [network]
  double height = 0.0;                  ///< accuracy at the peak above the higher one of the two minima beside it
  /// Share of the resamples that have a middle peak; 0: the curve itself has none.
  double found = 0.0;
};

/// correct[network][trial][temperature][configuration]: 1 where the network of a trial temperature puts a configuration
/// on its correct side. `trials` and `temperatures` ascend; all configurations are independent and weigh the same.
///
/// The middle peak is the point that rises highest above both of the minima between it and the ends; its place is the
/// vertex of the parabola fitted to the points about it that lie in the upper half of that rise. Errors as in
/// classifier_curve().
ConfusionCurve confusion_curve(const std::vector<double>& trials, const std::vector<double>& temperatures,
                               const std::vector<std::vector<std::vector<std::vector<std::uint8_t>>>>& correct,
                               std::int64_t resamples, std::uint64_t seed);

}  // namespace spinel
