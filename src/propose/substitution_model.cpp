#include "propose/substitution_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/error.hpp"
#include "propose/substitution_weights.hpp"

namespace spinel {

SubstitutionModel::SubstitutionModel() {
  for (const SubstitutionWeights& row : substitution_weights) {
    number_[parse_ionic_species(row.species)] = size();
    species_.push_back(parse_ionic_species(row.species));
  }
  weight_.assign(species_.size() * species_.size(), unlisted_substitution_weight);
  for (int a = 0; a < size(); ++a)
    for (const char* at = substitution_weights[a].weights; *at != '\0';) {
      const char* end = at;
      while (*end != ' ') ++end;
      const int b = number_.at(parse_ionic_species({at, static_cast<std::size_t>(end - at)}));
      char* next = nullptr;
      weight_[place(a, b)] = weight_[place(b, a)] = std::strtod(end, &next);
      at = *next == ' ' ? next + 1 : next;
    }
  p_x_.assign(species_.size(), 0.0);
  for (const double weight : weight_) exponential_.push_back(std::exp(weight));
  for (int b = 0; b < size(); ++b)
    for (int a = 0; a < size(); ++a) p_x_[index(b)] += exponential_[place(a, b)];
  for (const double p : p_x_) z_ += p;
  for (const auto direction : {SubstitutionDirection::from_known, SubstitutionDirection::to_wanted})
    for (int given = 0; given < size(); ++given) {
      std::vector<Choice> list;
      for (int other = 0; other < size(); ++other)
        list.push_back(
            {direction == SubstitutionDirection::from_known ? conditional(given, other) : conditional(other, given),
             other});
      std::stable_sort(list.begin(), list.end(),
                       [](const Choice& a, const Choice& b) { return a.probability > b.probability; });
      choices_[static_cast<int>(direction)].push_back(std::move(list));
    }
}

const SubstitutionModel& SubstitutionModel::shipped() {
  static const SubstitutionModel model;
  return model;
}

int SubstitutionModel::find(const IonicSpecies& species) const {
  const auto found = number_.find(species);
  return found == number_.end() ? -1 : found->second;
}

double SubstitutionModel::pair_correlation(int a, int b) const {
  return z_ * exponential_[place(a, b)] / (p_x_[index(a)] * p_x_[index(b)]);
}

const std::vector<SubstitutionModel::Choice>& SubstitutionModel::choices(int given,
                                                                         SubstitutionDirection direction) const {
  return choices_[static_cast<int>(direction)][index(given)];
}

}  // namespace spinel
