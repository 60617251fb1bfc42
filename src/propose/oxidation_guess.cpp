#include "propose/oxidation_guess.hpp"

#include <cmath>

#include "propose/substitution_model.hpp"

namespace spinel {

namespace {

constexpr double neutral = 1e-6;  // e

struct State {
  int charge;
  double logarithm;  // of how often it occurs
};

const std::vector<State>& states_of(int atomic_number) {
  static const std::vector<std::vector<State>> table = [] {
    std::vector<std::vector<State>> all(119);
    const SubstitutionModel& model = SubstitutionModel::shipped();
    for (int s = 0; s < model.size(); ++s) {
      const IonicSpecies& ion = model.species()[static_cast<std::size_t>(s)];
      all[static_cast<std::size_t>(ion.atomic_number)].push_back({ion.charge, std::log(model.p_x(s))});
    }
    return all;
  }();
  return table[static_cast<std::size_t>(atomic_number)];
}

class Guess {
 public:
  explicit Guess(const Composition& composition) : composition_(composition), charges_(composition.parts.size()) {
    descend(0, 0.0, 0.0);
  }
  std::optional<std::vector<int>> best;

 private:
  void descend(std::size_t part, double charge, double logarithm) {
    if (part == charges_.size()) {
      if (std::abs(charge) > neutral || (best && logarithm <= best_)) return;
      best = charges_;
      best_ = logarithm;
      return;
    }
    const auto& [atomic_number, amount] = composition_.parts[part];
    for (const State& state : states_of(atomic_number)) {
      charges_[part] = state.charge;
      descend(part + 1, charge + amount * state.charge, logarithm + amount * state.logarithm);
    }
  }

  const Composition& composition_;
  std::vector<int> charges_;
  double best_ = 0.0;
};

}  // namespace

std::optional<std::vector<int>> guess_oxidation_states(const Composition& composition) {
  return Guess(composition).best;
}

}  // namespace spinel
