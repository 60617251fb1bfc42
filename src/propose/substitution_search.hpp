#pragma once

#include <cstdint>
#include <vector>

#include "propose/substitution_model.hpp"

namespace spinel {

/// Ions in the places of the ions of a crystal.
struct Substitution {
  double probability;        ///< Π p(s_i | t_i)
  std::vector<int> species;  ///< [ion given] number in the model
};

/// What substitutions are looked for.
struct SubstitutionQuery {
  double threshold = 1e-3;  ///< that the probability must exceed
  SubstitutionDirection direction = SubstitutionDirection::from_known;
  std::vector<bool> allowed{};     ///< [species of the model]; empty: all
  std::vector<double> amounts{};   ///< [ion given] atoms: only what is neutral (to 1e-6 e) is kept; empty: everything
  std::int64_t most = 10'000'000;  ///< of those above the threshold, neutral or not
};

struct SubstitutionList {
  std::vector<Substitution> found;  ///< likeliest first, of equal ones by their species
  std::int64_t n_charged = 0;       ///< above the threshold, but not neutral
  bool is_cut = false;              ///< there are more than `most`, and which are missing is not known
};

/// All substitutions of the ions `given` (numbers in the model) by as many different ones, each allowed one tried in
/// each place: depth first, where a branch ends as soon as what is there times the largest probabilities of what is
/// missing does not exceed the threshold. Since the choices of a place come in the order of their probability, the
/// first that fails ends its level.
SubstitutionList find_substitutions(const SubstitutionModel& model, const std::vector<int>& given,
                                    const SubstitutionQuery& query);

}  // namespace spinel
