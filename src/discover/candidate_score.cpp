#include "discover/candidate_score.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "bayes/choice/acquisition.hpp"
#include "core/error.hpp"
#include "core/random.hpp"

namespace spinel {

DiscoverAcquisition discover_acquisition(const std::string& name) {
  if (name == "probability") return DiscoverAcquisition::probability;
  if (name == "improvement") return DiscoverAcquisition::improvement;
  if (name == "ucb") return DiscoverAcquisition::ucb;
  if (name == "mean") return DiscoverAcquisition::mean;
  if (name == "random") return DiscoverAcquisition::random;
  fail("'{}' is no acquisition", name);
}

namespace {

/// How far outside of its window a mean is; below 0: inside.
double outside(const TargetWindow& window, double mean) {
  return std::max(window.lowest - mean, mean - window.highest);
}

double score_of(const ScoreSettings& settings, const std::vector<TargetWindow>& windows, const double* mean,
                const double* sigma) {
  switch (settings.kind) {
    case DiscoverAcquisition::probability: {
      double log_probability = 0.0;
      for (std::size_t t = 0; t < windows.size(); ++t)
        log_probability += log_probability_in_window(mean[t], sigma[t], windows[t].lowest, windows[t].highest);
      return log_probability;
    }
    case DiscoverAcquisition::improvement: {
      const bool below = std::isfinite(windows[0].highest);
      return log_expected_improvement(mean[0], sigma[0], below ? windows[0].highest : windows[0].lowest,
                                      below ? Goal::minimize : Goal::maximize);
    }
    case DiscoverAcquisition::ucb:
    case DiscoverAcquisition::mean: {
      const double kappa = settings.kind == DiscoverAcquisition::ucb ? settings.kappa : 0.0;
      if (windows.size() == 1) return -(outside(windows[0], mean[0]) - kappa * sigma[0]);
      // Of several numbers only what is missing counts, each in its spread; inside of all, the depth decides.
      constexpr double depth = 0.01;
      double missing = 0.0;
      for (std::size_t t = 0; t < windows.size(); ++t) {
        const double distance = (outside(windows[t], mean[t]) - kappa * sigma[t]) / std::max(sigma[t], 1e-12);
        missing += std::max(distance, 0.0) + depth * distance;
      }
      return -missing;
    }
    case DiscoverAcquisition::random:
      break;
  }
  return 0.0;
}

}  // namespace

std::vector<double> candidate_scores(const ScoreSettings& settings, const std::vector<TargetWindow>& windows,
                                     const std::vector<Prediction>& prediction, const std::vector<double>& highest,
                                     const std::vector<std::int64_t>& numbers) {
  const Random random(settings.seed, RandomPurpose::discovery);
  std::vector<double> scores(numbers.size());
  std::vector<TargetWindow> own = windows;
  std::vector<double> mean(windows.size()), sigma(windows.size());
  for (std::size_t c = 0; c < numbers.size(); ++c) {
    if (!highest.empty()) own[0].highest = highest[c];
    if (std::isnan(own[0].highest)) {
      scores[c] = own[0].highest;
      continue;
    }
    if (settings.kind == DiscoverAcquisition::random) {
      scores[c] = random.uniform4(settings.round, static_cast<std::uint64_t>(numbers[c]))[0];
      continue;
    }
    for (std::size_t t = 0; t < windows.size(); ++t) {
      mean[t] = prediction[t].mean[c];
      sigma[t] = prediction[t].sigma[c];
    }
    scores[c] = score_of(settings, own, mean.data(), sigma.data());
  }
  return scores;
}

std::vector<std::size_t> best_candidates(const std::vector<double>& scores, std::size_t n,
                                         const std::function<bool(std::size_t)>& accept) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  order.erase(std::remove_if(order.begin(), order.end(), [&](std::size_t c) { return std::isnan(scores[c]); }),
              order.end());
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  std::vector<std::size_t> best;
  for (const std::size_t c : order) {
    if (best.size() == n) break;
    if (accept(c)) best.push_back(c);
  }
  return best;
}

}  // namespace spinel
