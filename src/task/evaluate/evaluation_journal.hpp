#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "io/journal.hpp"
#include "parallel/record_exchange.hpp"
#include "run/run_files.hpp"
#include "stability/assess/set_matcher.hpp"

namespace spinel {

/// What was found of some structures of the set that follow each other.
struct EvaluationBlock {
  std::vector<Record> traits;  ///< packed, in any order
  std::vector<SetMatch> matches;
};

/// The blocks of an evaluation that are done, on the disk: one journal beside those of the relaxations. Used by rank 0.
class EvaluationJournal {
 public:
  /// Takes up the journal of an earlier run where it belongs to the same set, reference and settings; begins anew
  /// otherwise, or with restart_mode = 'from_scratch'.
  EvaluationJournal(const Input& input, const RunFiles& files, std::uint64_t set, std::int64_t n_structures,
                    std::uint64_t reference);

  /// False where the block is not there.
  bool read(std::int64_t number, EvaluationBlock& block) const;
  void append(std::int64_t number, const EvaluationBlock& block);
  void close();

 private:
  std::string path_;
  std::map<std::int64_t, std::uint64_t> places_;
  std::optional<Journal> writer_;
};

}  // namespace spinel
