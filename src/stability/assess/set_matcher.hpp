#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "matching/structure_matcher.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// A structure of a set, or of a reference: only those of one key are compared.
struct KeyedCell {
  std::int64_t number = -1;
  std::string key;  ///< reduced formula; empty: there is no structure here
  ReducedCell cell;
};

/// What a structure was found to repeat; −1: nothing.
struct SetMatch {
  std::int64_t first = -1;      ///< the structure that begins its group within the set
  double first_rms = 0.0;       ///< of the two, over (V/N)^(1/3)
  std::int64_t reference = -1;  ///< the first structure of the reference that it fits
  double reference_rms = 0.0;
};

inline auto members(SetMatch& m) { return std::tie(m.first, m.first_rms, m.reference, m.reference_rms); }

/// Which structures of a set repeat earlier ones of it, and which are in a reference: all pairs of one key over all
/// ranks, a block of the set after the other, the same answer for any number of ranks and any blocks.
///
/// A structure begins a group where it fits no structure that began one before it, and joins the first such group
/// otherwise (pymatgen's StructureMatcher.group_structures, in the order of the set). Comparisons are made by
/// StructureMatcher::fit with the earlier structure, or that of the reference, first.
class SetMatcher {
 public:
  SetMatcher(const Communicator& communicator, const MatcherSettings& settings)
      : communicator_(communicator), matcher_(settings) {}

  /// On all ranks alike, once, before the first block.
  void set_reference(std::vector<KeyedCell> reference);

  /// Collective. The next structures of the set, in order and on all ranks alike; what became of each, on all ranks.
  std::vector<SetMatch> add(const std::vector<KeyedCell>& block);
  /// The same for a block whose matches are known from before.
  void restore(const std::vector<KeyedCell>& block, const std::vector<SetMatch>& matches);

 private:
  using Index = std::unordered_map<std::string, std::vector<std::size_t>>;

  std::vector<std::size_t> my_share(const std::vector<std::pair<double, std::size_t>>& cost_and_place) const;
  void match_earlier(const std::vector<KeyedCell>& block, std::vector<SetMatch>& matches);
  void match_within(const std::vector<KeyedCell>& block, std::vector<SetMatch>& matches);
  void keep(const KeyedCell& cell);
  /// −1: they do not fit; else their rms.
  double compare(const ReducedCell& first, const ReducedCell& second);

  Communicator communicator_;
  StructureMatcher matcher_;
  std::vector<KeyedCell> reference_, groups_;
  Index reference_of_, groups_of_;
};

}  // namespace spinel
