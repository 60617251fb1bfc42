#include "task/hull/lowest_structures.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/error.hpp"
#include "crystal/formats/text_file.hpp"
#include "matching/structure_matcher.hpp"

namespace spinel {

namespace {

constexpr std::size_t crystals_of_an_element = 2;

struct Candidate {
  double value;
  ListedStructure at;
  Composition composition;

  bool is_element() const { return composition.parts.size() == 1; }
};

/// In the order of their values; what cannot be read is none.
std::vector<Candidate> candidates_of(const std::vector<std::shared_ptr<StructureSource>>& sources,
                                     const std::string& label,
                                     const std::function<bool(const Composition&)>& is_wanted) {
  std::vector<Candidate> candidates;
  for (std::size_t k = 0; k < sources.size(); ++k)
    for (std::int64_t number = 0; number < sources[k]->size(); ++number) {
      try {
        const Structure structure = sources[k]->read(number);
        const auto text = structure.info.find(label);
        double value = 0.0;
        if (text == structure.info.end() || !parse_number(text->second, value) || !std::isfinite(value)) continue;
        Composition composition = composition_of(structure);
        if (is_wanted(composition))
          candidates.push_back({value, {static_cast<std::int64_t>(k), number}, std::move(composition)});
      } catch (const InputError&) {
      }
    }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.value < b.value; });
  return candidates;
}

}  // namespace

std::vector<ListedStructure> lowest_structures(const std::vector<std::shared_ptr<StructureSource>>& sources,
                                               const std::string& label, std::int64_t n,
                                               const std::function<bool(const Composition&)>& is_wanted) {
  const std::vector<Candidate> candidates = candidates_of(sources, label, is_wanted);
  std::vector<ListedStructure> taken;
  StructureMatcher matcher(MatcherSettings{});
  std::map<std::string, std::vector<ReducedCell>> cells;  // that are taken, by formula
  const auto take_if_new = [&](const Candidate& one) {
    ReducedCell cell = matcher.reduced(sources[static_cast<std::size_t>(one.at.source)]->read(one.at.number));
    auto& others = cells[reduced_formula(one.composition)];
    const auto is_same = [&](const ReducedCell& other) { return matcher.fit(other, cell).has_value(); };
    if (std::any_of(others.begin(), others.end(), is_same)) return;
    others.push_back(std::move(cell));
    taken.push_back(one.at);
  };
  std::set<int> elements;
  for (const Candidate& one : candidates) {
    if (static_cast<std::int64_t>(taken.size()) == n) break;
    if (one.is_element()) continue;
    take_if_new(one);
    for (const auto& part : one.composition.parts) elements.insert(part.atomic_number);
  }
  if (taken.empty()) fail_input("no compound among the structures has a number '{}'", label);
  for (const int element : elements) {
    const std::size_t enough = taken.size() + crystals_of_an_element;
    for (const Candidate& one : candidates)
      if (taken.size() < enough && one.is_element() && one.composition.parts[0].atomic_number == element)
        take_if_new(one);
  }
  return taken;
}

}  // namespace spinel
