#include "discover/candidate_features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "crystal/composition_features.hpp"
#include "fingerprint/magpie_elements.hpp"
#include "propose/substitution_model.hpp"
#include "stability/assess/oxidation_states.hpp"

namespace spinel {

namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double neighbor_radius = 6.0;     // Å
constexpr double bond_reach = 1.1;          // of the sum of radii, at which a neighbor counts 1/e
constexpr double least_log_choice = -12.0;  // of a neutral choice

constexpr auto n_properties = static_cast<std::size_t>(n_magpie_properties);
constexpr std::size_t n_composition = 4 * n_properties + 3;
constexpr std::size_t n_oxidation = 3;
constexpr std::size_t n_structure = 3 * n_properties + 9;

/// Properties of elements less their mean over all elements, in their standard deviation.
const double* scaled_properties(int atomic_number) {
  static const std::vector<std::array<double, n_properties>> table = [] {
    std::vector<std::array<double, n_properties>> rows(n_magpie_elements);
    for (std::size_t p = 0; p < n_properties; ++p) {
      double mean = 0.0, square = 0.0;
      for (int z = 1; z <= n_magpie_elements; ++z) mean += magpie_properties(z)[p] / n_magpie_elements;
      for (int z = 1; z <= n_magpie_elements; ++z)
        square += std::pow(magpie_properties(z)[p] - mean, 2) / n_magpie_elements;
      for (int z = 1; z <= n_magpie_elements; ++z)
        rows[static_cast<std::size_t>(z - 1)][p] = (magpie_properties(z)[p] - mean) / std::sqrt(square);
    }
    return rows;
  }();
  magpie_properties(atomic_number);  // refuses what has none
  return table[static_cast<std::size_t>(atomic_number - 1)].data();
}

/// Å
double radius_of(int atomic_number) { return magpie_properties(atomic_number)[6] / 100.0; }

double* put_composition(const Composition& composition, double* out) {
  const double n = composition.n_atoms();
  for (std::size_t p = 0; p < n_properties; ++p) {
    double mean = 0.0, deviation = 0.0, low = 1e300, high = -1e300;
    for (const auto& part : composition.parts) mean += part.amount / n * scaled_properties(part.atomic_number)[p];
    for (const auto& part : composition.parts) {
      const double value = scaled_properties(part.atomic_number)[p];
      deviation += part.amount / n * std::abs(value - mean);
      low = std::min(low, value);
      high = std::max(high, value);
    }
    for (const double value : {mean, deviation, low, high}) *out++ = value;
  }
  double square = 0.0, cube = 0.0;
  for (const auto& part : composition.parts) {
    square += std::pow(part.amount / n, 2);
    cube += std::pow(part.amount / n, 3);
  }
  *out++ = static_cast<double>(composition.parts.size());
  *out++ = std::sqrt(square);
  *out++ = std::cbrt(cube);
  return out;
}

/// Oxidation states of an element with how common each is among its ions, by the crystals of the ICSD that the
/// substitution weights were learned from.
struct ElementStates {
  struct State {
    int charge;
    double share;
  };
  std::vector<State> states;                   // that it is known in
  double mean_cation = 0.0, mean_anion = 0.0;  // e
};

const ElementStates& states_of(int atomic_number) {
  static const std::vector<ElementStates> table = [] {
    constexpr double rare = 1e-4;  // of a state without weights
    const SubstitutionModel& model = SubstitutionModel::shipped();
    std::vector<ElementStates> all(119);
    for (int z = 1; z <= 118; ++z) {
      ElementStates& element = all[static_cast<std::size_t>(z)];
      std::map<int, double> weight;
      double sum = 0.0;
      for (int s = 0; s < model.size(); ++s) {
        const IonicSpecies& ion = model.species()[static_cast<std::size_t>(s)];
        if (ion.atomic_number != z || ion.charge == 0) continue;
        weight[ion.charge] = model.p_x(s);
        sum += model.p_x(s);
      }
      double cations = 0.0, anions = 0.0;
      for (const auto& [charge, w] : weight) {
        (charge > 0 ? cations : anions) += w;
        (charge > 0 ? element.mean_cation : element.mean_anion) += w * charge;
      }
      if (cations > 0.0) element.mean_cation /= cations;
      if (anions > 0.0) element.mean_anion /= anions;
      const ElementChemistry& chemistry = element_chemistry(z, OxidationTable::icsd24);
      for (const auto* list : {&chemistry.anion, &chemistry.cation})
        for (const int charge : *list) {
          const auto found = weight.find(charge);
          element.states.push_back({charge, found == weight.end() || sum <= 0.0 ? rare : found->second / sum});
        }
    }
    return all;
  }();
  return table.at(static_cast<std::size_t>(atomic_number));
}

/// All choices of one state for each element.
class StateSearch {
 public:
  explicit StateSearch(const Composition& composition) : n_(composition.n_atoms()) {
    for (const auto& part : composition.parts)
      parts_.push_back({part.amount / n_, &states_of(part.atomic_number).states});
    const bool known = std::all_of(parts_.begin(), parts_.end(), [](const Part& p) { return !p.states->empty(); });
    if (known) search(0, 0.0, 0.0);
  }

  double least_charge() const { return std::min(least_, 1.0); }
  double log_choice() const { return std::max(log_choice_, least_log_choice); }

 private:
  struct Part {
    double fraction;
    const std::vector<ElementStates::State>* states;
  };
  void search(std::size_t k, double charge, double log_choice) {
    constexpr std::int64_t most = 200000;
    constexpr double neutral = 1e-6;
    if (++n_tried_ > most) return;
    if (k == parts_.size()) {
      least_ = std::min(least_, std::abs(charge));
      if (std::abs(charge) < neutral) log_choice_ = std::max(log_choice_, log_choice);
      return;
    }
    for (const auto& state : *parts_[k].states)
      search(k + 1, charge + parts_[k].fraction * state.charge, log_choice + std::log(state.share));
  }

  double n_;
  std::vector<Part> parts_;
  double least_ = 1.0, log_choice_ = least_log_choice;
  std::int64_t n_tried_ = 0;
};

double mean_charge(const Composition& composition) {
  const double n = composition.n_atoms();
  const auto anion = std::max_element(
      composition.parts.begin(), composition.parts.end(), [](const Composition::Part& a, const Composition::Part& b) {
        return pauling_electronegativity(a.atomic_number) < pauling_electronegativity(b.atomic_number);
      });
  double charge = 0.0;
  for (const auto& part : composition.parts) {
    const ElementStates& states = states_of(part.atomic_number);
    const bool is_anion = &part == &*anion && composition.parts.size() > 1;
    charge += part.amount / n * (is_anion ? states.mean_anion : states.mean_cation);
  }
  return charge;
}

double* put_oxidation(const Composition& composition, double* out) {
  const StateSearch search(composition);
  *out++ = search.least_charge();
  *out++ = search.log_choice();
  *out++ = mean_charge(composition);
  return out;
}

struct Spread {
  double mean = 0.0, deviation = 0.0, low = 0.0, high = 0.0;
};

Spread spread(const std::vector<double>& values) {
  Spread s;
  const auto n = static_cast<double>(values.size());
  for (const double v : values) s.mean += v / n;
  for (const double v : values) s.deviation += std::abs(v - s.mean) / n;
  s.low = *std::min_element(values.begin(), values.end());
  s.high = *std::max_element(values.begin(), values.end());
  return s;
}

}  // namespace

CandidateFeatures::CandidateFeatures(const std::vector<std::string>& kinds) : builder_({neighbor_radius, 0}) {
  for (const std::string& kind : kinds) {
    bool& flag = kind == "composition" ? composition_ : kind == "oxidation" ? oxidation_ : structure_;
    if (kind != "composition" && kind != "oxidation" && kind != "structure") fail_input("'{}' is no kind", kind);
    flag = true;
  }
  size_ = (composition_ ? n_composition : 0) + (oxidation_ ? n_oxidation : 0) + (structure_ ? n_structure : 0);
}

void CandidateFeatures::compute(const Composition& composition, const Structure* structure, double* out) {
  if (composition_) out = put_composition(composition, out);
  if (oxidation_) out = put_oxidation(composition, out);
  if (!structure_) return;
  if (structure == nullptr) fail_input("there is no structure");
  put_structure(*structure, out);
}

double* CandidateFeatures::put_structure(const Structure& structure, double* out) {
  const std::size_t n = structure.size();
  if (n == 0) fail_input("there are no atoms");
  std::vector<int> number;
  std::vector<double> position, radius;
  for (std::size_t i = 0; i < n; ++i) {
    number.push_back(structure.species[static_cast<std::size_t>(structure.type[i])].atomic_number);
    radius.push_back(radius_of(number[i]));
    for (int k = 0; k < 3; ++k) position.push_back(structure.position[i][k]);
  }
  builder_.build(structure.cell, position.data(), static_cast<std::int64_t>(n), structure.periodic, graph_);

  // How much each neighbor counts, and with it the properties of an atom's surroundings.
  std::vector<double> coordination(n, 0.0), shortest(n);
  std::vector<std::array<double, n_properties>> around(n);
  for (std::size_t i = 0; i < n; ++i) {
    shortest[i] = neighbor_radius / (2.0 * radius[i]);
    around[i].fill(0.0);
    for (auto e = graph_.offset[i]; e < graph_.offset[i + 1]; ++e) {
      const auto j = static_cast<std::size_t>(graph_.neighbor[static_cast<std::size_t>(e)]);
      const double ratio = static_cast<double>(graph_.distance[static_cast<std::size_t>(e)]) / (radius[i] + radius[j]);
      const double weight = std::exp(-std::pow(ratio / bond_reach, 6));
      shortest[i] = std::min(shortest[i], ratio);
      coordination[i] += weight;
      for (std::size_t p = 0; p < n_properties; ++p) around[i][p] += weight * scaled_properties(number[j])[p];
    }
  }
  double all_coordination = 0.0;
  for (const double c : coordination) all_coordination += c;
  const auto atoms = static_cast<double>(n);
  constexpr double no_neighbors = 1e-6;
  for (std::size_t p = 0; p < n_properties; ++p) {
    double weighted = 0.0, mean = 0.0, product = 0.0, difference = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const double own = scaled_properties(number[i])[p];
      const double theirs = coordination[i] > no_neighbors ? around[i][p] / coordination[i] : own;
      weighted += all_coordination > no_neighbors ? coordination[i] / all_coordination * own : own / atoms;
      mean += own / atoms;
      product += own * theirs / atoms;
      difference += std::abs(own - theirs) / atoms;
    }
    for (const double value : {weighted - mean, difference, product}) *out++ = value;
  }
  const Spread c = spread(coordination), b = spread(shortest);
  double spheres = 0.0;
  for (const double r : radius) spheres += 4.0 / 3.0 * pi * r * r * r;
  const double volume = std::abs(structure.volume());
  for (const double value :
       {c.mean, c.deviation, c.low, c.high, b.low, b.mean, b.high, volume / atoms, spheres / volume})
    *out++ = value;
  return out;
}

}  // namespace spinel
