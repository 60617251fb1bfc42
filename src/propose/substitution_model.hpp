#pragma once

#include <map>
#include <vector>

#include "propose/ionic_species.hpp"

namespace spinel {

/// What is given of a substitution. Its probability is Π p(s_i | t_i), s_i the ions of the known crystal and t_i those
/// that are wanted in their places, either way.
enum class SubstitutionDirection {
  from_known,  ///< s is given, and t looked for
  to_wanted,   ///< t is given, and s looked for
};

/// How likely ions replace each other in crystals of one structure: Hautier, Fischer, Ehrlacher, Jain & Ceder, Inorg.
/// Chem. 50, 656 (2011). p(a, b) = e^λ(a,b)/Z with weights learned from known crystals (substitution_weights.hpp),
/// Z = Σ over ordered pairs of the species that have weights. Species are numbers 0 … n − 1.
class SubstitutionModel {
 public:
  SubstitutionModel();

  /// The one of the table that is shipped.
  static const SubstitutionModel& shipped();

  int size() const { return static_cast<int>(species_.size()); }
  const std::vector<IonicSpecies>& species() const { return species_; }
  /// −1: it has no weights.
  int find(const IonicSpecies& species) const;

  double weight(int a, int b) const { return weight_[place(a, b)]; }
  double z() const { return z_; }                     ///< Σ_ab e^λ(a,b)
  double p_x(int b) const { return p_x_[index(b)]; }  ///< Σ_a e^λ(a,b)
  double probability(int a, int b) const { return exponential_[place(a, b)] / z_; }
  double conditional(int a, int b) const { return exponential_[place(a, b)] / p_x_[index(b)]; }  ///< p(a | b)
  double pair_correlation(int a, int b) const;  ///< Z e^λ/(p_x(a) p_x(b)); 1: no more often than by chance

  /// A species that may replace or be replaced, and how likely.
  struct Choice {
    double probability;
    int species;
  };
  /// All species for one given, the likeliest first; of equal ones the lower number first.
  const std::vector<Choice>& choices(int given, SubstitutionDirection direction) const;

 private:
  static std::size_t index(int a) { return static_cast<std::size_t>(a); }
  std::size_t place(int a, int b) const { return index(a) * species_.size() + index(b); }

  std::vector<IonicSpecies> species_;
  std::map<IonicSpecies, int> number_;
  std::vector<double> weight_, exponential_, p_x_;
  double z_ = 0.0;
  std::vector<std::vector<Choice>> choices_[2];  // [direction][species]
};

}  // namespace spinel
