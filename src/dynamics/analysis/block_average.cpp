#include "dynamics/analysis/block_average.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace spinel {

namespace {

constexpr std::size_t values_per_level = 7;
/// With fewer blocks an error is too uncertain, and the test has neither power nor its χ² distribution.
constexpr std::int64_t fewest_blocks = 16;

/// The 99 % quantile of χ² (Wilson & Hilferty 1931): within 1 % for any number of degrees of freedom.
double chi_squared_99(double dof) {
  const double a = 2.0 / (9.0 * dof);
  const double root = 1.0 - a + 2.3263478740408408 * std::sqrt(a);
  return dof * root * root * root;
}

}  // namespace

void BlockAverage::add(double value) {
  if (levels_.empty()) origin_ = value;
  double block = value - origin_;
  for (std::size_t k = 0;; ++k) {
    if (k == levels_.size()) levels_.emplace_back();
    Level& level = levels_[k];
    if (level.count == 0)
      level.first = block;
    else
      level.products += level.last * block;
    level.last = block;
    level.sum += block;
    level.squares += block * block;
    ++level.count;
    if (level.count % 2 == 1) {
      level.pending = block;
      return;
    }
    block = 0.5 * (level.pending + block);
  }
}

BlockEstimate BlockAverage::estimate() const {
  BlockEstimate result;
  result.samples = samples();
  if (result.samples == 0) return result;
  const auto n0 = static_cast<double>(result.samples);
  result.mean = origin_ + levels_[0].sum / n0;

  // Per level: error of the mean, and the statistic of neighboring blocks being correlated.
  std::vector<double> error2, statistic;
  for (const Level& level : levels_) {
    if (level.count < std::min<std::int64_t>(fewest_blocks, result.samples)) break;
    const auto n = static_cast<double>(level.count);
    const double mean = level.sum / n;
    const double variance = std::max(0.0, level.squares / n - mean * mean);
    const double covariance =
        (level.products - mean * (2.0 * level.sum - level.first - level.last) + (n - 1.0) * mean * mean) / n;
    error2.push_back(variance / (n - 1.0));
    const double deviation = (n - 1.0) * variance / (n * n) + covariance;
    statistic.push_back(variance > 0.0 ? n * deviation * deviation / (variance * variance) : 0.0);
  }
  if (result.samples < 2) return result;
  result.variance = error2[0] * n0;

  std::size_t chosen = error2.size();
  double sum = 0.0;
  for (std::size_t k = error2.size(); k-- > 0;) {
    sum += statistic[k];
    if (sum < chi_squared_99(static_cast<double>(error2.size() - k))) chosen = k;
  }
  result.converged = result.samples >= fewest_blocks && chosen < error2.size();
  // The test passes a little early (blocks still correlated by less than it can see); one doubling more costs noise
  // in the error and removes half of that bias.
  if (result.converged && chosen + 1 < error2.size()) ++chosen;
  const double best = result.converged ? error2[chosen] : *std::max_element(error2.begin(), error2.end());
  result.error = std::sqrt(best);
  if (error2[0] > 0.0) result.inefficiency = best / error2[0];
  return result;
}

std::vector<double> BlockAverage::save() const {
  std::vector<double> values{origin_};
  for (const Level& l : levels_)
    values.insert(values.end(),
                  {static_cast<double>(l.count), l.sum, l.squares, l.products, l.first, l.last, l.pending});
  return values;
}

void BlockAverage::load(const std::vector<double>& values) {
  if (values.size() % values_per_level != 1) fail("the checkpoint's block averages are damaged");
  origin_ = values[0];
  levels_.clear();
  for (std::size_t k = 1; k < values.size(); k += values_per_level) {
    const double* v = values.data() + k;
    levels_.push_back({static_cast<std::int64_t>(v[0]), v[1], v[2], v[3], v[4], v[5], v[6]});
  }
}

}  // namespace spinel
