#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bayes/process/kernel.hpp"
#include "run/context.hpp"
#include "run/run_files.hpp"
#include "task/optimize/optimization_row.hpp"

namespace spinel {

/// What an optimization has found, for log and files. On rank 0 but for write().
class OptimizeResults {
 public:
  /// `variables`: of a box; empty: rows of a dataset, whose target is in `unit`.
  OptimizeResults(const RunContext& context, RunFiles& files, std::vector<std::string> variables, std::string unit);

  /// Titles of the lines that line() prints.
  void header() const;
  /// Sets the best value so far, and prints the evaluation.
  void line(OptimizationRow& row);
  /// "best 0.397887 at x = …".
  std::string best_text(const std::vector<OptimizationRow>& rows) const;

  /// Collective. The result file, with further numbers by `more`, and the table as CSV.
  void write(const std::vector<OptimizationRow>& rows, bool complete,
             const std::function<void(ResultFile&)>& more) const;
  std::string paths() const { return files_.result + (csv_.empty() ? "" : ", " + csv_); }

 private:
  const RunContext& context_;
  RunFiles& files_;
  std::vector<std::string> variables_;
  std::string unit_, csv_;
  BestSoFar best_;
};

}  // namespace spinel
