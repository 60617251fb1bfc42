#include "crystal/formats/ordered_supercell.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "crystal/elements.hpp"
#include "crystal/transform.hpp"

namespace spinel {

namespace {

constexpr std::int64_t most_cells = 64, most_places = 100000;
constexpr double tolerance = 0.005;  // of occupancies

/// Atoms of each part where a group has this many places; empty where they are no whole numbers.
std::vector<std::int64_t> counts_of(const DisorderedGroup& group, std::int64_t places) {
  std::vector<std::int64_t> counts;
  std::int64_t sum = 0;
  for (const SitePart& part : group.parts) {
    const double wanted = part.occupancy * static_cast<double>(places);
    counts.push_back(std::llround(wanted));
    if (std::abs(wanted - static_cast<double>(counts.back())) > tolerance * static_cast<double>(places)) return {};
    sum += counts.back();
  }
  return sum <= places ? counts : std::vector<std::int64_t>();
}

/// Repeats along the periodic lattice vectors, `n` cells in all, whose edges differ least.
std::array<std::int64_t, 3> most_even(const Structure& structure, std::int64_t n) {
  std::array<std::int64_t, 3> best = {1, 1, 1};
  double best_ratio = INFINITY;
  for (std::int64_t a = 1; a <= n; ++a) {
    if (n % a != 0) continue;
    for (std::int64_t b = 1; b <= n / a; ++b) {
      if (n / a % b != 0) continue;
      const std::array<std::int64_t, 3> repeats = {a, b, n / a / b};
      double shortest = INFINITY, longest = 0.0;
      bool is_possible = true;
      for (std::size_t k = 0; k < 3; ++k) {
        const double edge = static_cast<double>(repeats[k]) * structure.cell.row(static_cast<Eigen::Index>(k)).norm();
        if (!structure.periodic[k]) {
          is_possible = is_possible && repeats[k] == 1;
          continue;
        }
        shortest = std::min(shortest, edge);
        longest = std::max(longest, edge);
      }
      if (is_possible && longest / shortest < best_ratio - 1e-9) {
        best_ratio = longest / shortest;
        best = repeats;
      }
    }
  }
  return best;
}

}  // namespace

void add_disordered(std::vector<DisorderedGroup>& groups, std::size_t atom, const std::vector<SitePart>& parts) {
  const auto is_same = [](const SitePart& a, const SitePart& b) {
    return a.species.symbol == b.species.symbol && a.occupancy == b.occupancy;
  };
  for (DisorderedGroup& group : groups)
    if (std::equal(parts.begin(), parts.end(), group.parts.begin(), group.parts.end(), is_same)) {
      group.atoms.push_back(atom);
      return;
    }
  groups.push_back({{atom}, parts});
}

Structure ordered_supercell(const Structure& structure, const std::vector<DisorderedGroup>& groups,
                            std::uint64_t seed) {
  std::int64_t cells = 1;
  const auto fits = [&](const DisorderedGroup& group) {
    return !counts_of(group, cells * static_cast<std::int64_t>(group.atoms.size())).empty();
  };
  while (cells <= most_cells && !std::all_of(groups.begin(), groups.end(), fits)) ++cells;
  if (cells > most_cells)
    fail_input("no supercell of up to {} cells has whole numbers of atoms for the occupancies", most_cells);

  if (const std::int64_t places = cells * static_cast<std::int64_t>(structure.size()); places > most_places)
    fail_input("its occupancies need a supercell of {} sites, above {}", places, most_places);
  if (cells > 1 && structure.periodic == std::array<bool, 3>{false, false, false})
    fail_input("its occupancies need a supercell, and it is not periodic");
  Structure all = supercell(structure, most_even(structure, cells));
  const auto n = structure.size();
  std::vector<char> keep(all.size(), 1);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::vector<std::size_t> places;
    for (std::size_t copy = 0; copy < static_cast<std::size_t>(cells); ++copy)
      for (const std::size_t atom : groups[g].atoms) places.push_back(copy * n + atom);
    RandomSequence random(Random(seed, RandomPurpose::disorder), 0, g);
    for (std::size_t k = places.size(); k > 1; --k) {
      const auto other = static_cast<std::size_t>(random.uniform() * static_cast<double>(k));
      std::swap(places[k - 1], places[std::min(other, k - 1)]);
    }
    const auto counts = counts_of(groups[g], static_cast<std::int64_t>(places.size()));
    auto place = places.begin();
    for (std::size_t p = 0; p < counts.size(); ++p) {
      const std::int32_t type = add_species(all, groups[g].parts[p].species);
      for (std::int64_t k = 0; k < counts[p]; ++k) all.type[*place++] = type;
    }
    for (; place != places.end(); ++place) keep[*place] = 0;
  }
  Structure result = structure;
  result.cell = all.cell;
  result.species.clear();
  result.type.clear();
  result.position.clear();
  result.magnetic_moment.clear();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (keep[i] == 0) continue;
    result.type.push_back(add_species(result, all.species[static_cast<std::size_t>(all.type[i])]));
    result.position.push_back(all.position[i]);
    if (!all.magnetic_moment.empty()) result.magnetic_moment.push_back(all.magnetic_moment[i]);
  }
  if (result.position.empty()) fail_input("no site is occupied");
  return result;
}

}  // namespace spinel
