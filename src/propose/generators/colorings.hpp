#pragma once

#include <cstdint>
#include <vector>

#include "crystal/symmetry.hpp"

namespace spinel {

/// A choice of sites: bit i for site i.
using Coloring = std::uint32_t;

constexpr std::size_t most_colored_sites = 12;

/// What symmetry operations do to some sites, which they take to each other: [operation][site] the site that it is
/// taken to, each permutation once. `translations`: those among them that do nothing but shift.
struct SitePermutations {
  std::vector<std::vector<std::uint8_t>> all, translations;
};
/// Of `sites` (Cartesian) in a supercell whose vectors are the rows of `supercell` in those of a cell, from the
/// operations of the crystal in that cell: of these, with every translation of the cell, such as leave the supercell's
/// lattice as it is. An operation that takes a site farther than `tolerance` (Å) from all others is left out.
SitePermutations site_permutations(const std::vector<AtomSymmetry>& operations, const Mat3& cell,
                                   const Eigen::Matrix3i& supercell, const std::vector<Vec3>& sites, double tolerance);

Coloring image(Coloring coloring, const std::vector<std::uint8_t>& permutation);

/// All choices of `chosen` of n ≤ most_colored_sites sites, one of each set that the permutations take to each other:
/// the one with the lowest number; ascending. Without those that a translation leaves as they are where
/// `only_primitive`: a smaller cell has them.
std::vector<Coloring> unique_colorings(std::size_t n, std::size_t chosen, const SitePermutations& permutations,
                                       bool only_primitive);

}  // namespace spinel
