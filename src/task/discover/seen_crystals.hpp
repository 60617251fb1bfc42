#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "discover/round_record.hpp"
#include "matching/structure_matcher.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// Relaxed crystals that later ones may turn out to be.
class SeenCrystals {
 public:
  explicit SeenCrystals(const Communicator& communicator) : communicator_(communicator) {}

  /// One more; kept on rank 0.
  void keep(const Structure& structure, const std::string& id);
  /// Collective. Fills `repeats` of labels that have a structure: the id of the crystal that it is, one of these or an
  /// earlier one of the labels, whose own are `ids`.
  void find_repeats(std::vector<CandidateLabel>& labels, const std::vector<std::string>& ids);

 private:
  struct Crystal {
    ReducedCell cell;
    std::string id;
  };

  Communicator communicator_;
  StructureMatcher matcher_{MatcherSettings()};
  std::unordered_map<std::string, std::vector<Crystal>> crystals_;  // by reduced formula, on rank 0
};

}  // namespace spinel
