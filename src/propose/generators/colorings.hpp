#pragma once

#include <cstdint>
#include <vector>

#include "crystal/symmetry.hpp"

namespace spinel {

/// A choice of sites: bit i for site i.
using Coloring = std::uint32_t;

constexpr std::size_t most_colored_sites = 12;

/// What symmetry operations do to some of the atoms, which they take to each other: [operation][site] the site that it
/// is taken to, each permutation once. `sites`: atoms, ascending. `translations`: those among them that do nothing but
/// shift.
struct SitePermutations {
  std::vector<std::vector<std::uint8_t>> all, translations;
};
SitePermutations site_permutations(const std::vector<AtomSymmetry>& operations, const std::vector<std::int64_t>& sites);

Coloring image(Coloring coloring, const std::vector<std::uint8_t>& permutation);

/// All choices of `chosen` of n ≤ most_colored_sites sites, one of each set that the permutations take to each other:
/// the one with the lowest number; ascending. Without those that a translation leaves as they are where
/// `only_primitive`: a smaller cell has them.
std::vector<Coloring> unique_colorings(std::size_t n, std::size_t chosen, const SitePermutations& permutations,
                                       bool only_primitive);

}  // namespace spinel
