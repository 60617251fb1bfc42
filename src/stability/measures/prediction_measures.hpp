#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "matching/structure_matcher.hpp"

namespace spinel {

/// The tolerances of structure prediction: those that CDVAE (Xie et al., ICLR 2022), DiffCSP (Jiao et al., NeurIPS
/// 2023) and their successors print, and the tighter defaults of pymatgen's StructureMatcher.
constexpr std::size_t n_prediction_tolerances = 2;
struct PredictionTolerance {
  double stol, ltol, angle_tol;  ///< angle in degrees
};
constexpr std::array<PredictionTolerance, n_prediction_tolerances> prediction_tolerances = {
    {{0.5, 0.3, 10.0}, {0.3, 0.2, 5.0}}};

/// Which crystals may match a target.
enum class MatchAmong {
  first,    ///< the first crystal made for it: k = 1
  samples,  ///< all crystals made for it: k of them
  any       ///< all crystals of the set: METRe (Martirossyan et al., arXiv 2509.12178)
};
constexpr std::size_t n_match_among = 3;

/// The least rms, over (V/N)^(1/3), with which a target is matched; infinite where nothing matches it.
struct TargetMatch {
  static constexpr double none = std::numeric_limits<double>::infinity();
  using Best = std::array<double, n_match_among>;  ///< by MatchAmong
  Best all = {none, none, none};
  Best valid = {none, none, none};  ///< where only pairs count of which both are valid, as in DiffCSP's script
};

/// A structure that is to be predicted.
struct PredictionTarget {
  ReducedCell cell;
  bool valid = false;  ///< by structure and composition
};

/// A crystal that may match targets of its composition.
struct Prediction {
  std::int64_t target = -1;  ///< that it was made for
  std::int64_t sample = -1;  ///< from 0, among those made for it
  bool valid = false;
  ReducedCell cell;
};

/// Matches of targets, one after the other. A pair's distance is StructureMatcher::closest with the prediction first,
/// get_rms_dist(prediction, target) of pymatgen.
class PredictionMatcher {
 public:
  /// Of `settings` the tolerances are not used.
  explicit PredictionMatcher(const MatcherSettings& settings);

  ReducedCell reduced(const Structure& structure) const { return matchers_.front().reduced(structure); }

  /// By tolerance.
  using Matches = std::array<TargetMatch, n_prediction_tolerances>;
  /// `number`: of the target, as predictions name it. `predictions`: all with its reduced formula. Where `own` is
  /// given, it becomes the distances of those made for the target, by sample and tolerance; infinite: no match.
  Matches operator()(std::int64_t number, const PredictionTarget& target, const std::vector<Prediction>& predictions,
                     std::vector<std::array<double, n_prediction_tolerances>>* own = nullptr);

 private:
  std::vector<StructureMatcher> matchers_;  // by tolerance
};

/// What is made of the distances of targets.
enum class PredictionMeasure {
  match,        ///< share of targets that are matched
  match_valid,  ///< … by a pair of valid crystals
  rmse,         ///< mean rms of those that are matched
  rmse_valid,   ///< … by valid pairs
  crmse,  ///< mean rms over all targets, stol where nothing matches (of the same paper): loose matching cannot better
          ///< it
  within  ///< share of targets with rms ≤ 0.1
};
constexpr std::size_t n_prediction_measures = 6;
constexpr double near_rms = 0.1;

/// Each measure is the mean of these over the targets, [measure][target], without the NaN. `all`, `valid`: least rms of
/// each target, infinite where nothing matches it.
std::vector<std::vector<double>> prediction_values(const std::vector<double>& all, const std::vector<double>& valid,
                                                   double stol);

}  // namespace spinel
