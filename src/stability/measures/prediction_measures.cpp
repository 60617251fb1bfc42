#include "stability/measures/prediction_measures.hpp"

#include <algorithm>
#include <cmath>

namespace spinel {

PredictionMatcher::PredictionMatcher(const MatcherSettings& settings) {
  for (const PredictionTolerance& t : prediction_tolerances) {
    MatcherSettings mine = settings;
    mine.stol = t.stol;
    mine.ltol = t.ltol;
    mine.angle_tol = t.angle_tol;
    matchers_.emplace_back(mine);
  }
}

PredictionMatcher::Matches PredictionMatcher::operator()(
    std::int64_t number, const PredictionTarget& target, const std::vector<Prediction>& predictions,
    std::vector<std::array<double, n_prediction_tolerances>>* own) {
  Matches matches;
  if (target.cell.size() == 0) return matches;
  for (const Prediction& p : predictions) {
    if (p.cell.size() == 0) continue;
    const bool is_own = p.target == number, valid = p.valid && target.valid;
    double looser = 0.0;
    for (std::size_t t = 0; t < n_prediction_tolerances; ++t) {
      // Whatever superposition the tighter tolerances allow, the looser ones do: the distance only grows.
      if (looser >= prediction_tolerances[t].stol) break;
      const auto match = matchers_[t].closest(p.cell, target.cell);
      if (!match) break;
      const double rms = looser = match->rms;
      const auto take = [&](MatchAmong among) {
        const auto k = static_cast<std::size_t>(among);
        matches[t].all[k] = std::min(matches[t].all[k], rms);
        if (valid) matches[t].valid[k] = std::min(matches[t].valid[k], rms);
      };
      take(MatchAmong::any);
      if (!is_own) continue;
      take(MatchAmong::samples);
      if (p.sample == 0) take(MatchAmong::first);
      if (own != nullptr) (*own)[static_cast<std::size_t>(p.sample)][t] = rms;
    }
  }
  return matches;
}

std::vector<std::vector<double>> prediction_values(const std::vector<double>& all, const std::vector<double>& valid,
                                                   double stol) {
  std::vector<std::vector<double>> values(n_prediction_measures);
  const auto add = [&](PredictionMeasure measure, double value) {
    values[static_cast<std::size_t>(measure)].push_back(value);
  };
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool matched = std::isfinite(all[i]), matched_valid = std::isfinite(valid[i]);
    add(PredictionMeasure::match, matched ? 1.0 : 0.0);
    add(PredictionMeasure::match_valid, matched_valid ? 1.0 : 0.0);
    add(PredictionMeasure::rmse, matched ? all[i] : nan);
    add(PredictionMeasure::rmse_valid, matched_valid ? valid[i] : nan);
    add(PredictionMeasure::crmse, matched ? all[i] : stol);
    add(PredictionMeasure::within, matched && all[i] <= near_rms ? 1.0 : 0.0);
  }
  return values;
}

}  // namespace spinel
