#include "propose/candidate_volume.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "crystal/composition_features.hpp"

namespace spinel {

VolumeRule volume_rule(const std::string& name) {
  return name == "bonds" ? VolumeRule::bonds : name == "radii" ? VolumeRule::radii : VolumeRule::parent;
}

double radius_of(int atomic_number) {
  return atomic_number >= 1 && atomic_number <= last_with_radius ? covalent_radius(atomic_number) : 0.0;
}

namespace {

/// min d_ij/(r_i + r_j) over pairs of species; 0 where a radius is not known.
double shortest_bond(const KnownCrystal& crystal, const Assignment& elements) {
  const std::size_t n = crystal.n_species();
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t a = 0; a < n; ++a) {
    const double r = radius_of(elements[a]);
    if (r == 0.0) return 0.0;
    for (std::size_t b = a; b < n; ++b)
      least = std::min(least, crystal.shortest[a * n + b] / (r + radius_of(elements[b])));
  }
  return least;
}

/// Σ r³ per atom; 0 where a radius is not known.
double cubes(const KnownCrystal& crystal, const Assignment& elements) {
  double sum = 0.0;
  for (std::size_t a = 0; a < crystal.n_species(); ++a) {
    const double r = radius_of(elements[a]);
    if (r == 0.0) return 0.0;
    sum += crystal.count[a] * r * r * r;
  }
  return sum / static_cast<double>(crystal.n_atoms());
}

double factor_of(const KnownCrystal& parent, const KnownCrystal& made, const Assignment& elements, VolumeRule rule) {
  if (rule == VolumeRule::parent) return 1.0;
  const bool by_bonds = rule == VolumeRule::bonds;
  const double before = by_bonds ? shortest_bond(parent, parent.own()) : cubes(parent, parent.own()),
               after = by_bonds ? shortest_bond(made, elements) : cubes(made, elements);
  if (!(before > 0.0 && after > 0.0) || !std::isfinite(before) || !std::isfinite(after)) return 1.0;
  const double volume = by_bonds ? std::pow(before / after, 3) : after / before;
  return std::cbrt(std::clamp(volume, least_volume_factor, largest_volume_factor));
}

}  // namespace

double length_factor(const KnownCrystal& parent, const Assignment& elements, VolumeRule rule) {
  return factor_of(parent, parent, elements, rule);
}

double length_factor(const KnownCrystal& parent, const KnownCrystal& made, VolumeRule rule) {
  return factor_of(parent, made, made.own(), rule);
}

}  // namespace spinel
