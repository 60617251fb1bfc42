#pragma once

#include <string>
#include <vector>

#include "campaign/campaign_journal.hpp"
#include "run/context.hpp"
#include "run/run_files.hpp"
#include "task/optimize/optimization_row.hpp"

namespace spinel {

/// The evaluations of an optimization on the disk: each choice before it is evaluated, each result as it comes, so that
/// a run that was killed goes on where it was, with the same choices. On rank 0.
class EvaluationJournal {
 public:
  /// Takes up what an earlier run did, by restart_mode of &control, or clears the way for a new one. `content`: hash of
  /// the dataset, with what a person calls it; empty: none. InputError where the journal belongs to something else, or
  /// there must be one and is none.
  EvaluationJournal(const RunContext& context, const RunFiles& files,
                    std::vector<std::pair<std::string, std::uint64_t>> content);

  /// Of the earlier run, in their order; those at the end may be without a result.
  std::vector<OptimizationRow>& rows() { return rows_; }
  /// Of the input since then, those that are allowed.
  const std::vector<std::string>& changes() const { return changes_; }

  void choose(const OptimizationRow& row);
  void finish(const OptimizationRow& row);
  void close() { journal_.close(); }

 private:
  CampaignJournal journal_;
  std::vector<OptimizationRow> rows_;
  std::vector<std::string> changes_;
};

}  // namespace spinel
