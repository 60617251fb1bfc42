#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "bayes/process/kernel.hpp"
#include "input/parameters.hpp"
#include "io/table.hpp"

namespace spinel {

/// One evaluation of an optimization: what was chosen and why, then what came out.
struct OptimizationRow {
  std::int64_t number = 0;
  std::vector<double> values;  ///< [variable] of a box
  std::int64_t row = -1;       ///< of a dataset
  std::string id;              ///< of that row
  std::int64_t is_initial = 0;
  double mean, sigma, score;              ///< before it; NaN for initial ones
  std::vector<double> hyperparameters{};  ///< that they are of: lengths, variance, noise, mean; empty: initial

  double value = std::numeric_limits<double>::quiet_NaN();  ///< NaN: it failed, or is to come
  std::string reason{};                                     ///< of a failure
  double seconds = 0.0;
  bool is_done = false;
  double best = std::numeric_limits<double>::quiet_NaN();  ///< so far
};

/// Of the choice alone.
inline auto members(OptimizationRow& r) {
  return std::tie(r.number, r.values, r.row, r.id, r.is_initial, r.mean, r.sigma, r.score, r.hyperparameters);
}

std::vector<double> packed(const Hyperparameters& h);
Hyperparameters unpacked(const std::vector<double>& numbers, KernelKind kernel);

/// What of the goal the values so far have reached: the lowest, the highest, or the number within the window.
class BestSoFar {
 public:
  explicit BestSoFar(const OptimizeParameters& p) : goal_(p.goal), window_(p.window) {}

  /// Whether the value is better than all before it, or within the window.
  bool add(double value);
  double value() const { return best_; }

 private:
  std::string goal_;
  std::vector<double> window_;
  double best_ = std::numeric_limits<double>::quiet_NaN();
};

/// `variables`: of a box; empty: rows of a dataset, whose target is in `unit`.
Table<OptimizationRow> optimization_table(const OptimizeParameters& p, const std::vector<std::string>& variables,
                                          const std::string& unit);

}  // namespace spinel
