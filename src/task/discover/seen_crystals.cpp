#include "task/discover/seen_crystals.hpp"

#include "parallel/broadcast_texts.hpp"
#include "parallel/on_root.hpp"
#include "stability/composition.hpp"

namespace spinel {

void SeenCrystals::keep(const Structure& structure, const std::string& id) {
  if (communicator_.is_root())
    crystals_[reduced_formula(composition_of(structure))].push_back({matcher_.reduced(structure), id});
}

void SeenCrystals::find_repeats(std::vector<CandidateLabel>& labels, const std::vector<std::string>& ids) {
  std::vector<std::string> repeats(labels.size());
  on_root(communicator_, [&] {
    std::unordered_map<std::string, std::vector<Crystal>> added;
    for (std::size_t k = 0; k < labels.size(); ++k) {
      if (labels[k].structure.size() == 0) continue;
      const std::string formula = reduced_formula(composition_of(labels[k].structure));
      const ReducedCell cell = matcher_.reduced(labels[k].structure);
      const auto look_among = [&](const std::vector<Crystal>& others) {
        for (const Crystal& other : others)
          if (repeats[k].empty() && matcher_.fit(other.cell, cell)) repeats[k] = other.id;
      };
      if (const auto earlier = crystals_.find(formula); earlier != crystals_.end()) look_among(earlier->second);
      look_among(added[formula]);
      if (repeats[k].empty()) added[formula].push_back({cell, ids[k]});
    }
  });
  broadcast_texts(communicator_, repeats);
  for (std::size_t k = 0; k < labels.size(); ++k) labels[k].repeats = repeats[k];
}

}  // namespace spinel
