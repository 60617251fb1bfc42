#pragma once

#include <functional>
#include <string>
#include <vector>

#include "discover/surrogate.hpp"
#include "input/target_window.hpp"

namespace spinel {

enum class DiscoverAcquisition { probability, improvement, ucb, mean, random };
/// 'probability', …; Error for another.
DiscoverAcquisition discover_acquisition(const std::string& name);

/// How candidates are ordered; more is better.
struct ScoreSettings {
  DiscoverAcquisition kind = DiscoverAcquisition::probability;
  double kappa = 1.0;  ///< of ucb
  std::uint64_t seed = 1, round = 0;
};

/// How much it is worth to ask for the labels of candidates whose `prediction` ([target]) is known, [candidate]:
///  - probability: logarithm of the probability that all targets are in their windows, taken as independent;
///  - improvement: logarithm of the expected improvement on the one bound of a single window;
///  - ucb: how far the mean is inside of the windows, `kappa` sigma granted; mean: the same without;
///  - random: the same for all.
/// `numbers`: [candidate], for random. `highest`: bound of the first window by candidate, such as the hull's energy;
/// empty: that of the window. NaN where a bound is NaN.
std::vector<double> candidate_scores(const ScoreSettings& settings, const std::vector<TargetWindow>& windows,
                                     const std::vector<Prediction>& prediction, const std::vector<double>& highest,
                                     const std::vector<std::int64_t>& numbers);

/// The best `n` by score, ties to the lower number; those of score NaN never, and of those alike by `accept` (asked in
/// that order with the places taken so far) the first ones.
std::vector<std::size_t> best_candidates(const std::vector<double>& scores, std::size_t n,
                                         const std::function<bool(std::size_t)>& accept);

}  // namespace spinel
