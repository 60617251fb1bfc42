#pragma once

#include <limits>
#include <string>
#include <vector>

#include "io/result_file.hpp"
#include "run/context.hpp"
#include "stability/assess/bootstrap.hpp"
#include "stability/assess/set_matcher.hpp"
#include "task/evaluate/evaluate_traits.hpp"

namespace spinel {

/// All that is known of one structure of the set: a line of the table.
struct EvaluationRow {
  EvaluatedStructure structure;  ///< without its atoms
  StructureTraits traits;        ///< without its cell
  SetMatch match;
  double formation_energy = std::numeric_limits<double>::quiet_NaN();   ///< eV/atom
  double energy_above_hull = std::numeric_limits<double>::quiet_NaN();  ///< eV/atom
  bool good = false, comparable = false;                                ///< came out; has a cell to compare
  bool stable = false, unique = false, novel = false;
};

/// The whole answer, on rank 0.
struct SetEvaluation {
  std::vector<EvaluationRow> rows;
  bool has_hull = false, has_reference = false, is_relaxed = false;
  std::vector<std::string> reference_names;  ///< by SetMatch::reference
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
