#include "ising/transition/confusion_curve.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <optional>

#include "core/error.hpp"
#include "core/random.hpp"
#include "ising/transition/classifier_curve.hpp"

namespace spinel {

namespace {

struct Peak {
  double place, height;
};

std::optional<Peak> middle_peak(const std::vector<double>& x, const std::vector<double>& y) {
  const std::size_t n = y.size();
  std::vector<double> left = y, right = y;  // smallest value from here to either end
  for (std::size_t k = 1; k < n; ++k) left[k] = std::min(left[k], left[k - 1]);
  for (std::size_t k = n - 1; k > 0; --k) right[k - 1] = std::min(right[k - 1], right[k]);
  std::size_t top = 0;
  double height = 0.0;
  for (std::size_t k = 1; k + 1 < n; ++k)
    if (y[k] - std::max(left[k], right[k]) > height) height = y[k] - std::max(left[k], right[k]), top = k;
  if (height <= 0.0) return std::nullopt;

  std::size_t first = top - 1, last = top + 1;
  const double upper_half = y[top] - 0.5 * height;
  while (first > 0 && y[first] >= upper_half && y[first - 1] >= upper_half) --first;
  while (last + 1 < n && y[last] >= upper_half && y[last + 1] >= upper_half) ++last;
  // y = c₀ + c₁ u + c₂ u² in u = (x − x_top)/reach
  const double reach = std::max(x[top] - x[first], x[last] - x[top]);
  Eigen::Matrix3d sums = Eigen::Matrix3d::Zero();
  Eigen::Vector3d right_side = Eigen::Vector3d::Zero();
  for (std::size_t k = first; k <= last; ++k) {
    const double u = (x[k] - x[top]) / reach;
    const Eigen::Vector3d powers(1.0, u, u * u);
    sums += powers * powers.transpose();
    right_side += y[k] * powers;
  }
  const Eigen::Vector3d c = sums.ldlt().solve(right_side);
  const double vertex = c[2] < 0.0 ? x[top] - 0.5 * reach * c[1] / c[2] : x[top];
  return Peak{std::clamp(vertex, x[first], x[last]), height};
}

}  // namespace

ConfusionCurve confusion_curve(const std::vector<double>& trials, const std::vector<double>& temperatures,
                               const std::vector<std::vector<std::vector<std::vector<std::uint8_t>>>>& correct,
                               std::int64_t resamples, std::uint64_t seed) {
  const std::size_t n_trials = trials.size(), n_t = temperatures.size(), n_networks = correct.size();
  if (n_trials < 5) fail("{} trial temperatures are too few for a peak between two minima; 5 are needed", n_trials);
  // Mean over networks, [trial][temperature][configuration].
  std::vector<std::vector<std::vector<double>>> mean(n_trials, std::vector<std::vector<double>>(n_t));
  ConfusionCurve result;
  result.of_network.assign(n_networks, std::vector<double>(n_trials, 0.0));
  double n_all = 0.0;
  std::vector<std::size_t> n_of(n_t);
  for (std::size_t t = 0; t < n_t; ++t) n_of[t] = correct.at(0)[0][t].size(), n_all += static_cast<double>(n_of[t]);
  for (std::size_t trial = 0; trial < n_trials; ++trial) {
    double below = 0.0;
    for (std::size_t t = 0; t < n_t; ++t) {
      if (temperatures[t] < trials[trial]) below += static_cast<double>(n_of[t]);
      mean[trial][t].assign(n_of[t], 0.0);
      for (std::size_t k = 0; k < n_networks; ++k)
        for (std::size_t c = 0; c < n_of[t]; ++c) {
          const double value = correct[k][trial][t][c];
          mean[trial][t][c] += value / static_cast<double>(n_networks);
          result.of_network[k][trial] += value / n_all;
        }
    }
    result.guess.push_back(std::max(below, n_all - below) / n_all);
  }

  std::vector<double> accuracy(n_trials, 0.0);
  for (const auto& network : result.of_network)
    for (std::size_t trial = 0; trial < n_trials; ++trial)
      accuracy[trial] += network[trial] / static_cast<double>(n_networks);
  const Random random(seed, RandomPurpose::bootstrap);
  std::vector<double> sum(n_trials, 0.0), squares(n_trials, 0.0), peaks, resampled(n_trials);
  for (std::int64_t b = 0; b < resamples; ++b) {
    RandomSequence sequence(random, static_cast<std::uint64_t>(b), 2);
    std::fill(resampled.begin(), resampled.end(), 0.0);
    // All trial temperatures see the same configurations.
    for (std::size_t t = 0; t < n_t; ++t)
      for (std::size_t c = 0; c < n_of[t]; ++c) {
        const auto pick =
            std::min(n_of[t] - 1, static_cast<std::size_t>(sequence.uniform() * static_cast<double>(n_of[t])));
        for (std::size_t trial = 0; trial < n_trials; ++trial) resampled[trial] += mean[trial][t][pick] / n_all;
      }
    for (std::size_t trial = 0; trial < n_trials; ++trial) {
      const double off = resampled[trial] - accuracy[trial];
      sum[trial] += off;
      squares[trial] += off * off;
    }
    if (const auto peak = middle_peak(trials, resampled)) peaks.push_back(peak->place);
  }
  const double n = static_cast<double>(resamples);
  for (std::size_t trial = 0; trial < n_trials; ++trial) {
    std::vector<double> of_networks;
    for (const auto& network : result.of_network) of_networks.push_back(network[trial]);
    const double variance = std::max(0.0, squares[trial] - sum[trial] * sum[trial] / n) / std::max(1.0, n - 1.0);
    result.accuracy.push_back({accuracy[trial], std::hypot(std::sqrt(variance), error_of_mean(of_networks))});
  }
  const auto peak = middle_peak(trials, accuracy);
  if (!peak) return result;
  for (const auto& network : result.of_network) {
    const auto own = middle_peak(trials, network);
    result.peak_of_network.push_back(own ? own->place : std::nan(""));
  }
  result.configuration_error = deviation(peaks);
  result.peak = {peak->place, std::hypot(result.configuration_error, error_of_mean(result.peak_of_network))};
  result.height = peak->height;
  result.found = static_cast<double>(peaks.size()) / n;
  return result;
}

}  // namespace spinel
