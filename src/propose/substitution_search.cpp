#include "propose/substitution_search.hpp"

#include <algorithm>
#include <cmath>

namespace spinel {

namespace {

class Search {
 public:
  Search(const SubstitutionModel& model, const std::vector<int>& given, const SubstitutionQuery& query)
      : model_(model), query_(query), species_(given.size()), is_used_(static_cast<std::size_t>(model.size()), false) {
    for (const int one : given) choices_.push_back(&model.choices(one, query.direction));
  }

  SubstitutionList run() {
    descend(0, 1.0);
    std::sort(list_.found.begin(), list_.found.end(), [](const Substitution& a, const Substitution& b) {
      return a.probability != b.probability ? a.probability > b.probability : a.species < b.species;
    });
    return std::move(list_);
  }

 private:
  /// Multiplied in the order of places, as a whole substitution is: rounding cannot cut what would just exceed.
  double bound(double probability, std::size_t place) const {
    for (; place < choices_.size(); ++place) probability *= choices_[place]->front().probability;
    return probability;
  }

  bool is_kept() const {
    constexpr double neutral = 1e-6;  // e
    double charge = 0.0;
    for (std::size_t k = 0; k < query_.amounts.size(); ++k)
      charge += query_.amounts[k] * model_.species()[static_cast<std::size_t>(species_[k])].charge;
    return std::abs(charge) < neutral;
  }

  void descend(std::size_t place, double probability) {
    if (place == choices_.size()) {
      list_.is_cut = ++n_ > query_.most;
      if (list_.is_cut) return;
      if (is_kept())
        list_.found.push_back({probability, species_});
      else
        ++list_.n_charged;
      return;
    }
    for (const auto& choice : *choices_[place]) {
      const double product = probability * choice.probability;
      if (!(bound(product, place + 1) > query_.threshold) || list_.is_cut) return;
      const auto s = static_cast<std::size_t>(choice.species);
      if (is_used_[s] || (!query_.allowed.empty() && !query_.allowed[s])) continue;
      is_used_[s] = true;
      species_[place] = choice.species;
      descend(place + 1, product);
      is_used_[s] = false;
    }
  }

  const SubstitutionModel& model_;
  const SubstitutionQuery& query_;
  std::vector<const std::vector<SubstitutionModel::Choice>*> choices_;
  std::vector<int> species_;
  std::vector<bool> is_used_;
  std::int64_t n_ = 0;
  SubstitutionList list_;
};

}  // namespace

SubstitutionList find_substitutions(const SubstitutionModel& model, const std::vector<int>& given,
                                    const SubstitutionQuery& query) {
  return Search(model, given, query).run();
}

}  // namespace spinel
