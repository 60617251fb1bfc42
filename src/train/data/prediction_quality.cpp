#include "train/data/prediction_quality.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace spinel {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// 1 …, equal values share the mean of their ranks.
std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    for (std::size_t k = first; k < last; ++k) result[order[k]] = 0.5 * static_cast<double>(first + last + 1);
    first = last;
  }
  return result;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
  double ab = 0.0, aa = 0.0, bb = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    ab += (a[k] - mean_a) * (b[k] - mean_b);
    aa += (a[k] - mean_a) * (a[k] - mean_a);
    bb += (b[k] - mean_b) * (b[k] - mean_b);
  }
  return aa > 0.0 && bb > 0.0 ? ab / std::sqrt(aa * bb) : not_a_number;
}

}  // namespace

RegressionQuality regression_quality(const std::vector<double>& target, const std::vector<double>& prediction,
                                     const std::vector<std::size_t>& chosen) {
  RegressionQuality q;
  q.n = static_cast<std::int64_t>(chosen.size());
  const auto n = static_cast<double>(chosen.size());
  double mean = 0.0, absolute = 0.0, square = 0.0, variance = 0.0;
  for (const std::size_t k : chosen) mean += target[k] / n;
  for (const std::size_t k : chosen) {
    const double error = prediction[k] - target[k];
    absolute += std::abs(error);
    square += error * error;
    variance += (target[k] - mean) * (target[k] - mean);
    q.largest = std::max(q.largest, std::abs(error));
  }
  q.mae = absolute / n;
  q.rmse = std::sqrt(square / n);
  q.r2 = variance > 0.0 ? 1.0 - square / variance : not_a_number;
  if (chosen.empty()) q.largest = not_a_number;
  return q;
}

ClassificationQuality classification_quality(const std::vector<double>& target, const std::vector<double>& probability,
                                             std::size_t n_classes, const std::vector<std::size_t>& chosen) {
  ClassificationQuality q;
  q.n = static_cast<std::int64_t>(chosen.size());
  const auto n = static_cast<double>(chosen.size());
  std::vector<double> score;
  std::vector<bool> positive;
  for (const std::size_t k : chosen) {
    const auto* row = probability.data() + k * n_classes;
    const auto label = static_cast<std::size_t>(target[k]);
    q.accuracy += static_cast<std::size_t>(std::max_element(row, row + n_classes) - row) == label ? 1.0 / n : 0.0;
    q.cross_entropy -= std::log(std::max(row[label], std::numeric_limits<double>::min())) / n;
    score.push_back(row[n_classes - 1]);
    positive.push_back(label == 1);
  }
  if (chosen.empty()) q.accuracy = q.cross_entropy = not_a_number;
  // The statistic of Mann and Whitney.
  const auto rank = ranks(score);
  double sum = 0.0, n_positive = 0.0;
  for (std::size_t k = 0; k < rank.size(); ++k)
    if (positive[k]) sum += rank[k], n_positive += 1.0;
  const double pairs = n_positive * (n - n_positive);
  q.auc = n_classes == 2 && pairs > 0.0 ? (sum - 0.5 * n_positive * (n_positive + 1.0)) / pairs : not_a_number;
  return q;
}

EnsembleMean ensemble_mean(const std::vector<std::vector<double>>& members) {
  EnsembleMean result;
  if (members.empty()) return result;
  const std::size_t n = members.front().size();
  const auto count = static_cast<double>(members.size());
  result.mean.assign(n, 0.0);
  result.spread.assign(n, 0.0);
  for (const auto& member : members)
    for (std::size_t k = 0; k < n; ++k) result.mean[k] += member[k] / count;
  if (members.size() == 1) return result;
  for (const auto& member : members)
    for (std::size_t k = 0; k < n; ++k)
      result.spread[k] += (member[k] - result.mean[k]) * (member[k] - result.mean[k]) / (count - 1.0);
  for (double& spread : result.spread) spread = std::sqrt(spread);
  return result;
}

Calibration calibration(const std::vector<double>& target, const EnsembleMean& prediction,
                        const std::vector<std::size_t>& chosen, std::size_t n_bins) {
  Calibration result;
  std::vector<double> error, spread;
  double square = 0.0;
  for (const std::size_t k : chosen) {
    if (prediction.spread[k] <= 0.0) continue;
    error.push_back(std::abs(prediction.mean[k] - target[k]));
    spread.push_back(prediction.spread[k]);
    const double z = error.back() / spread.back();
    square += z * z;
    result.within_1 += z <= 1.0 ? 1.0 : 0.0;
    result.within_2 += z <= 2.0 ? 1.0 : 0.0;
  }
  const std::size_t size = error.size();
  const auto n = static_cast<double>(size);
  result.rank_correlation = size > 1 ? correlation(ranks(spread), ranks(error)) : not_a_number;
  result.scale = std::sqrt(square / n);
  result.within_1 /= n;
  result.within_2 /= n;

  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return spread[a] < spread[b]; });
  n_bins = std::min(n_bins, size);
  for (std::size_t b = 0; b < n_bins; ++b) {
    const std::size_t first = b * size / n_bins, last = (b + 1) * size / n_bins;
    Calibration::Bin bin{static_cast<std::int64_t>(last - first), 0.0, 0.0};
    for (std::size_t k = first; k < last; ++k) {
      bin.spread += spread[order[k]] * spread[order[k]];
      bin.rmse += error[order[k]] * error[order[k]];
    }
    bin.spread = std::sqrt(bin.spread / static_cast<double>(bin.n));
    bin.rmse = std::sqrt(bin.rmse / static_cast<double>(bin.n));
    result.bins.push_back(bin);
    result.expected_error += std::abs(bin.spread - bin.rmse) / bin.spread / static_cast<double>(n_bins);
  }
  if (n_bins == 0) result.expected_error = not_a_number;
  return result;
}

}  // namespace spinel
