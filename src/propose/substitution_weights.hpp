#pragma once

namespace spinel {

/// The weights λ(a, b) of ionic substitution (Hautier et al., Inorg. Chem. 50, 656 (2011), doi 10.1021/ic102031h) as
/// text, a row for each species: "Ac3+", and "Ac3+ -0.856428 Am3+ -1.22476 …", its weights with itself and the species
/// behind it. Species are in the order of their names.
struct SubstitutionWeights {
  const char *species, *weights;
};

constexpr int n_substitution_species = 230;
extern const SubstitutionWeights substitution_weights[n_substitution_species];

/// Of pairs that are not listed.
constexpr double unlisted_substitution_weight = -5.0;

}  // namespace spinel
