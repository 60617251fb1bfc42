#pragma once

#include <string>
#include <vector>

#include "io/result_file.hpp"
#include "run/context.hpp"
#include "stability/assess/bootstrap.hpp"
#include "task/evaluate/evaluation_row.hpp"

namespace spinel {

/// The whole answer, on rank 0.
struct SetEvaluation {
  std::vector<EvaluationRow> rows;
  bool has_hull = false, has_reference = false, is_relaxed = false;
  std::vector<std::string> reference_names;   ///< by SetMatch::reference
  std::vector<std::string> reference_failed;  ///< "file:line: why" of those that cannot be read
  std::int64_t n_reference = 0, n_reference_relevant = 0;
  std::int64_t n_missing = 0;  ///< good structures with an element that the hull lacks
  std::string missing;         ///< those elements, "Xe-Kr"

  struct Quantity {
    std::string name, unit, description;
    bool is_rate = false;
    std::int64_t count = 0;  ///< of a rate: how many; else how many have it
    BootstrapEstimate estimate;
  };
  std::vector<Quantity> quantities;
};

/// Collective; `evaluation` on rank 0. Fills its quantities.
void estimate_quantities(const RunContext& context, SetEvaluation& evaluation);

/// On rank 0.
void write_evaluation(ResultFile& file, const SetEvaluation& evaluation);
void write_evaluation_csv(const std::string& path, const SetEvaluation& evaluation);
void report_evaluation(const RunContext& context, const SetEvaluation& evaluation);

}  // namespace spinel
