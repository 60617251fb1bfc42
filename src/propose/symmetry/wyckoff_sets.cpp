#include "propose/symmetry/wyckoff_sets.hpp"

namespace spinel {

WyckoffSets::WyckoffSets(const SpaceGroup& group, std::vector<int> atoms) : group_(group), atoms_(std::move(atoms)) {
  std::uint32_t bit = 1;
  for (const WyckoffPosition& position : group.positions()) {
    multiplicity_.push_back(position.multiplicity / group.centering());
    single_.push_back(position.freedom == 0 ? bit : 0);
    if (position.freedom == 0) bit <<= 1;
  }
}

std::vector<WyckoffSets::Step> WyckoffSets::steps(const State& state) const {
  const auto [species, position, left, taken] = state;
  const auto p = static_cast<std::size_t>(position);
  std::vector<Step> result;
  if (p == multiplicity_.size()) {
    const auto next = static_cast<std::size_t>(species) + 1;
    if (left == 0) result.push_back({0, {species + 1, 0, next < atoms_.size() ? atoms_[next] : 0, taken}});
    return result;
  }
  for (int n = 0; n * multiplicity_[p] <= left; ++n) {
    if (n > 0 && single_[p] != 0 && (n > 1 || (taken & single_[p]) != 0)) break;
    result.push_back({n, {species, position + 1, left - n * multiplicity_[p], n > 0 ? taken | single_[p] : taken}});
  }
  return result;
}

double WyckoffSets::ways(const State& state) {
  if (std::get<0>(state) == static_cast<int>(atoms_.size())) return 1.0;
  if (const auto found = known_.find(state); found != known_.end()) return found->second;
  double sum = 0.0;
  for (const Step& step : steps(state)) sum += ways(step.next);
  return known_[state] = sum;
}

std::vector<std::vector<int>> WyckoffSets::draw(RandomSequence& random) {
  std::vector<std::vector<int>> result(atoms_.size());
  State state{0, 0, atoms_[0], 0};
  while (std::get<0>(state) < static_cast<int>(atoms_.size())) {
    double left = random.uniform() * ways(state);
    const auto all = steps(state);
    const Step* chosen = nullptr;
    for (const Step& step : all) {
      const double n = ways(step.next);
      if (n == 0.0) continue;
      chosen = &step;
      left -= n;
      if (left < 0.0) break;
    }
    for (int k = 0; k < chosen->times; ++k)
      result[static_cast<std::size_t>(std::get<0>(state))].push_back(std::get<1>(state));
    state = chosen->next;
  }
  return result;
}

}  // namespace spinel
