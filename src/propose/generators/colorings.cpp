#include "propose/generators/colorings.hpp"

#include <algorithm>
#include <set>

namespace spinel {

SitePermutations site_permutations(const std::vector<AtomSymmetry>& operations,
                                   const std::vector<std::int64_t>& sites) {
  std::set<std::vector<std::uint8_t>> all, translations;
  for (const AtomSymmetry& operation : operations) {
    std::vector<std::uint8_t> permutation;
    for (const std::int64_t site : sites) {
      const std::int64_t to = operation.image[static_cast<std::size_t>(site)];
      permutation.push_back(
          static_cast<std::uint8_t>(std::lower_bound(sites.begin(), sites.end(), to) - sites.begin()));
    }
    bool moves = false;
    for (std::size_t k = 0; k < permutation.size(); ++k) moves = moves || permutation[k] != k;
    if (moves && operation.rotation.isIdentity(1e-6)) translations.insert(permutation);
    all.insert(std::move(permutation));
  }
  return {{all.begin(), all.end()}, {translations.begin(), translations.end()}};
}

Coloring image(Coloring coloring, const std::vector<std::uint8_t>& permutation) {
  Coloring result = 0;
  for (std::size_t k = 0; k < permutation.size(); ++k)
    if ((coloring >> k & 1) != 0) result |= Coloring{1} << permutation[k];
  return result;
}

std::vector<Coloring> unique_colorings(std::size_t n, std::size_t chosen, const SitePermutations& permutations,
                                       bool only_primitive) {
  std::vector<Coloring> result;
  if (n > most_colored_sites) return result;
  for (Coloring coloring = 0; coloring < Coloring{1} << n; ++coloring) {
    if (static_cast<std::size_t>(__builtin_popcount(coloring)) != chosen) continue;
    const bool is_lowest = std::all_of(permutations.all.begin(), permutations.all.end(),
                                       [&](const auto& p) { return image(coloring, p) >= coloring; });
    const auto stays = [&](const auto& p) { return image(coloring, p) == coloring; };
    if (!is_lowest ||
        (only_primitive && std::any_of(permutations.translations.begin(), permutations.translations.end(), stays)))
      continue;
    result.push_back(coloring);
  }
  return result;
}

}  // namespace spinel
