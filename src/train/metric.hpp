#pragma once

#include <string>
#include <vector>

namespace spinel {

/// One of the numbers by which models are judged.
struct Metric {
  enum class Mean { plain, root };  ///< of what is added up: its mean, or the root of its mean

  std::string name;  ///< as in tables and result files: "mae", "rmse", "cross_entropy", "error_rate", "force_mae"
  std::string unit;
  Mean mean = Mean::plain;
};

/// What assessments add up, metric by metric, so that batches and ranks add.
struct MetricSums {
  explicit MetricSums(std::size_t n_metrics) : sum(n_metrics, 0.0), weight(n_metrics, 0.0) {}
  void add(std::size_t metric, double value, double count = 1.0) { sum[metric] += value, weight[metric] += count; }

  std::vector<double> sum, weight;  ///< [metric]
};

}  // namespace spinel
