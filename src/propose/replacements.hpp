#pragma once

#include <optional>
#include <vector>

#include "propose/element_rules.hpp"
#include "propose/substitution_search.hpp"

namespace spinel {

/// Elements in the places of those of a parent.
struct Replacement {
  Assignment elements{};
  double probability = 0.0;  ///< of an ionic substitution; NaN: there are no ions
};

struct ReplacementList {
  std::vector<Replacement> found;  ///< likeliest, or nearest, first
  VerdictCounts left_out{};        ///< what became of the others
};

/// Which elements may replace those of a parent.
///
/// With charges, where the parent's are known: all substitutions of its ions (substitution_search.hpp) whose charges
/// add up to 0 (to 1e-6 e). Without, each element by those the user listed, or else by those of its group or near it in
/// the Mendeleev numbers of Villars et al. (J. Alloys Compd. 367, 167 (2004)); nearest first, by the mean difference of
/// the numbers over the atoms. Every species becomes another element than the others.
class ReplacementFinder {
 public:
  explicit ReplacementFinder(const ProposeParameters& parameters);

  const ElementRules& rules() const { return rules_; }
  /// Whether the parent can be used at all, for candidates of `more` elements than it; not_neutral where its charges
  /// are to be known and are not.
  Verdict verdict(const KnownCrystal& parent, std::size_t more = 0) const;
  /// Of one that can.
  ReplacementList find(const KnownCrystal& parent) const;

  /// An element, or ion, that may replace one.
  struct Choice {
    double probability;  ///< p(s | t) of ions; NaN: there are none
    int atomic_number, charge;
  };
  /// Those of one species of a parent that can be used, the likeliest or nearest first.
  std::vector<Choice> choices(const KnownCrystal& parent, std::size_t species) const;

 private:
  bool by_charge(const KnownCrystal& parent) const;
  ReplacementList ionic(const KnownCrystal& parent) const;
  ReplacementList elemental(const KnownCrystal& parent) const;
  std::vector<std::pair<double, int>> similar(int atomic_number, bool metals) const;

  const ProposeParameters& parameters_;
  ElementRules rules_;
  std::vector<bool> allowed_ions_;  // [species of the model]
};

}  // namespace spinel
