#include "task/discover/levels/oracle_references.hpp"

#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "matching/structure_matcher.hpp"

namespace spinel {

namespace {

constexpr std::size_t n_elements = 118;
constexpr double close = 0.05;  // eV/atom, between two structures of an element that levels may order differently

std::string sweep_of(std::int64_t round) { return fmt::format("references_{}", round); }

}  // namespace

OracleReferences::OracleReferences(const KnownHull& hull, PotentialEnergies& oracle, std::vector<Known> known)
    : hull_(hull), oracle_(oracle), known_(std::move(known)), lowest_(n_elements + 1, -1), second_(n_elements + 1, -1) {
  find_lowest();
}

void OracleReferences::find_lowest() {
  std::vector<std::int64_t> order;
  for (std::int64_t k = 0; k < size(); ++k)
    if (composition_of((*this)[k].relaxed.structure).parts.size() == 1) order.push_back(k);
  const auto energy = [this](std::int64_t k) { return (*this)[k].relaxed.value[0]; };
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return energy(a) < energy(b); });
  StructureMatcher matcher{MatcherSettings()};
  for (const std::int64_t k : order) {
    const Structure& structure = (*this)[k].relaxed.structure;
    const auto z = static_cast<std::size_t>(composition_of(structure).parts.front().atomic_number);
    if (lowest_[z] < 0) {
      lowest_[z] = k;
      continue;
    }
    if (second_[z] >= 0 || energy(k) - energy(lowest_[z]) > close) continue;
    const Structure& lowest = (*this)[lowest_[z]].relaxed.structure;
    if (!matcher.fit(matcher.reduced(lowest), matcher.reduced(structure))) second_[z] = k;
  }
}

std::vector<std::vector<std::int64_t>> OracleReferences::of(const std::vector<Composition>& compositions) const {
  std::vector<std::vector<std::int64_t>> numbers = hull_.phases(compositions);
  for (std::size_t c = 0; c < compositions.size(); ++c) {
    if (numbers[c].empty()) continue;
    std::set<std::int64_t> all(numbers[c].begin(), numbers[c].end());
    for (const Composition::Part& part : compositions[c].parts)
      all.insert(lowest_[static_cast<std::size_t>(part.atomic_number)]);
    numbers[c].assign(all.begin(), all.end());
  }
  return numbers;
}

std::optional<std::vector<CandidateLabel>> OracleReferences::compute(
    const std::vector<std::vector<std::int64_t>>& needed, std::int64_t round) {
  std::set<std::int64_t> missing;
  for (const auto& numbers : needed) missing.insert(numbers.begin(), numbers.end());
  for (std::size_t z = 0; z < lowest_.size(); ++z)
    if (second_[z] >= 0 && missing.count(lowest_[z]) > 0) missing.insert(second_[z]);
  std::vector<Structure> structures;
  std::vector<std::int64_t> numbers;
  for (const std::int64_t k : missing) {
    if ((*this)[k].computed) continue;
    Structure& structure = structures.emplace_back((*this)[k].relaxed.structure);
    structure.info = {{"id", (*this)[k].id}};
    numbers.push_back(k);
  }
  return oracle_.compute(sweep_of(round), std::move(structures), numbers);
}

void OracleReferences::is_kept(std::int64_t round) { oracle_.forget(sweep_of(round)); }

void OracleReferences::take(const std::vector<CandidateLabel>& computed) {
  for (const CandidateLabel& label : computed) known_[static_cast<std::size_t>(label.candidate)].computed = label;
}

bool OracleReferences::have(const std::vector<std::int64_t>& numbers) const {
  return !numbers.empty() && std::all_of(numbers.begin(), numbers.end(), [this](std::int64_t k) {
    return (*this)[k].computed && (*this)[k].computed->failure.empty();
  });
}

std::string OracleReferences::failure(const std::vector<std::int64_t>& numbers) const {
  for (const std::int64_t k : numbers)
    if (const std::string& reason = (*this)[k].computed->failure; !reason.empty())
      return fmt::format("reference {}: {}", (*this)[k].id, reason);
  return "";
}

std::vector<HullEntry> OracleReferences::entries() const {
  std::vector<HullEntry> all;
  ElementSet elements;
  for (const Known& one : known_) {
    if (!one.computed || !one.computed->failure.empty()) continue;
    all.push_back(entry_of(*one.computed, one.id));
    const auto& parts = all.back().composition.parts;
    if (parts.size() == 1) elements.insert(parts.front().atomic_number);
  }
  all.erase(std::remove_if(all.begin(), all.end(),
                           [&](const HullEntry& entry) { return !elements.contains(entry.composition.elements()); }),
            all.end());
  return all;
}

std::int64_t OracleReferences::n_computed() const {
  return std::count_if(known_.begin(), known_.end(), [](const Known& one) { return one.computed.has_value(); });
}

}  // namespace spinel
