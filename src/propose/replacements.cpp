#include "propose/replacements.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "crystal/composition_features.hpp"
#include "fingerprint/magpie_elements.hpp"
#include "propose/candidate_volume.hpp"
#include "stability/assess/oxidation_states.hpp"

namespace spinel {

namespace {

constexpr std::size_t most_found = 100000;  // of a parent without charges
constexpr double near = 3.0;                // Mendeleev numbers apart

int group_of(int atomic_number) { return static_cast<int>(element_properties(atomic_number)[2]); }
double mendeleev(int atomic_number) { return magpie_properties(atomic_number)[1]; }

std::int64_t& count_of(VerdictCounts& counts, Verdict verdict) { return counts[static_cast<std::size_t>(verdict)]; }

}  // namespace

ReplacementFinder::ReplacementFinder(const ProposeParameters& parameters)
    : parameters_(parameters), rules_(parameters) {
  for (const IonicSpecies& ion : SubstitutionModel::shipped().species())
    allowed_ions_.push_back(rules_.allows(ion.atomic_number));
}

bool ReplacementFinder::by_charge(const KnownCrystal& parent) const {
  return parameters_.charge_balance != "none" && !parent.charge.empty();
}

Verdict ReplacementFinder::verdict(const KnownCrystal& parent, std::size_t more) const {
  const std::size_t n = parent.n_species() + more;
  const bool has_radii = n <= most_elements && parent.element.back() <= last_with_radius;
  if (!has_radii || !rules_.allows_number(n)) return Verdict::not_allowed;
  if (parent.reduced.front().size() > parameters_.max_atoms) return Verdict::too_many_atoms;
  const bool can_be_without =
      parameters_.charge_balance == "none" || (parameters_.charge_balance == "auto" && parent.is_metallic);
  return by_charge(parent) || can_be_without ? Verdict::accepted : Verdict::not_neutral;
}

ReplacementList ReplacementFinder::find(const KnownCrystal& parent) const {
  return by_charge(parent) ? ionic(parent) : elemental(parent);
}

ReplacementList ReplacementFinder::ionic(const KnownCrystal& parent) const {
  const SubstitutionModel& model = SubstitutionModel::shipped();
  std::vector<int> given;
  for (std::size_t k = 0; k < parent.n_species(); ++k)
    given.push_back(model.find({parent.element[k], parent.charge[k]}));
  SubstitutionQuery query;
  query.threshold = parameters_.threshold;
  query.allowed = allowed_ions_;
  query.amounts.assign(parent.count.begin(), parent.count.end());
  const SubstitutionList all = find_substitutions(model, given, query);
  ReplacementList list;
  count_of(list.left_out, Verdict::not_neutral) = all.n_charged;
  count_of(list.left_out, Verdict::cut) = all.is_cut ? 1 : 0;
  for (const Substitution& one : all.found) {
    Replacement replacement;
    replacement.probability = one.probability;
    bool is_twice = false;
    for (std::size_t k = 0; k < given.size(); ++k) {
      const auto z = static_cast<std::uint8_t>(model.species()[static_cast<std::size_t>(one.species[k])].atomic_number);
      for (std::size_t j = 0; j < k; ++j) is_twice = is_twice || replacement.elements[j] == z;
      replacement.elements[k] = z;
    }
    const Verdict verdict = is_twice                                                   ? Verdict::element_twice
                            : !rules_.has_required(replacement.elements, given.size()) ? Verdict::not_allowed
                                                                                       : Verdict::accepted;
    if (verdict == Verdict::accepted)
      list.found.push_back(replacement);
    else
      ++count_of(list.left_out, verdict);
  }
  return list;
}

std::vector<ReplacementFinder::Choice> ReplacementFinder::choices(const KnownCrystal& parent,
                                                                  std::size_t species) const {
  std::vector<Choice> result;
  if (!by_charge(parent)) {
    for (const auto& [apart, z] : similar(parent.element[species], parameters_.charge_balance == "auto"))
      result.push_back({std::numeric_limits<double>::quiet_NaN(), z, 0});
    return result;
  }
  const SubstitutionModel& model = SubstitutionModel::shipped();
  const int given = model.find({parent.element[species], parent.charge[species]});
  for (const auto& choice : model.choices(given, SubstitutionDirection::from_known)) {
    if (!(choice.probability > parameters_.threshold)) break;
    const auto s = static_cast<std::size_t>(choice.species);
    if (allowed_ions_[s])
      result.push_back({choice.probability, model.species()[s].atomic_number, model.species()[s].charge});
  }
  return result;
}

std::vector<std::pair<double, int>> ReplacementFinder::similar(int atomic_number, bool metals) const {
  std::vector<std::pair<double, int>> all;
  for (const int z : rules_.elements()) {
    if (metals && !element_chemistry(z, OxidationTable::icsd24).metal) continue;
    const double apart = std::abs(mendeleev(z) - mendeleev(atomic_number));
    if (rules_.are_given() || apart <= near || group_of(z) == group_of(atomic_number)) all.emplace_back(apart, z);
  }
  std::sort(all.begin(), all.end());
  return all;
}

ReplacementList ReplacementFinder::elemental(const KnownCrystal& parent) const {
  const std::size_t n = parent.n_species();
  std::vector<std::vector<std::pair<double, int>>> choices;
  for (const std::uint8_t z : parent.element) choices.push_back(similar(z, parameters_.charge_balance == "auto"));
  ReplacementList list;
  std::vector<std::pair<double, Assignment>> all;
  Assignment elements{};
  const auto descend = [&](const auto& self, std::size_t k, double apart) -> void {
    if (all.size() == most_found) {
      count_of(list.left_out, Verdict::cut) = 1;
      return;
    }
    if (k == n) {
      if (rules_.has_required(elements, n))
        all.emplace_back(apart, elements);
      else
        ++count_of(list.left_out, Verdict::not_allowed);
      return;
    }
    for (const auto& [distance, z] : choices[k]) {
      if (std::find(elements.begin(), elements.begin() + static_cast<std::ptrdiff_t>(k), z) !=
          elements.begin() + static_cast<std::ptrdiff_t>(k))
        continue;
      elements[k] = static_cast<std::uint8_t>(z);
      self(self, k + 1, apart + distance * parent.count[k]);
    }
  };
  descend(descend, 0, 0.0);
  std::sort(all.begin(), all.end());
  for (const auto& [apart, one] : all) list.found.push_back({one, std::numeric_limits<double>::quiet_NaN()});
  return list;
}

}  // namespace spinel
