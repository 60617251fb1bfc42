#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "propose/symmetry/space_group.hpp"

namespace spinel {

/// All ways to put the atoms of a primitive cell on the Wyckoff positions of a space group: of each species whole
/// positions whose multiplicities add up to its atoms, positions without free parameter at most once among all
/// species, others as often as one likes. Integer programming by counting: exact, a content is compatible with the
/// group where there is one way or more.
class WyckoffSets {
 public:
  /// atoms: [species] in a primitive cell, above 0.
  WyckoffSets(const SpaceGroup& group, std::vector<int> atoms);

  /// How many ways there are (a floating-point number, since there may be very many).
  double count() { return ways({0, 0, atoms_.empty() ? 0 : atoms_[0], 0}); }
  /// One of them, each as likely: for each species the positions, by number. There must be one.
  std::vector<std::vector<int>> draw(RandomSequence& random);

 private:
  /// Species and position that are next, atoms of the species that are left, positions without freedom that are taken.
  using State = std::tuple<int, int, int, std::uint32_t>;
  struct Step {
    int times;
    State next;
  };
  std::vector<Step> steps(const State& state) const;
  double ways(const State& state);

  const SpaceGroup& group_;
  std::vector<int> atoms_;
  std::vector<int> multiplicity_;      // [position] in the primitive cell
  std::vector<std::uint32_t> single_;  // [position] its bit where it can be taken once only; 0: it can be taken again
  std::map<State, double> known_;
};

}  // namespace spinel
