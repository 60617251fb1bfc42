#include "generate/canonical_crystal.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"
#include "crystal/lattice_vector.hpp"
#include "matching/reduced_cell.hpp"

namespace spinel {

namespace {

constexpr double same_atom = 0.01;    // Å, from a smaller cell's repetition
constexpr double same_metric = 1e-5;  // of the longest squared edge
constexpr double same_coordinate = 1e-6;
constexpr int most_atoms = 250;  // beyond, choices and pairs of atoms are more than memory holds

/// In [0, 1), what is just below 1 as 0.
double place_in_cell(double x) {
  x -= std::floor(x);
  return x > 1.0 - same_coordinate ? 0.0 : x;
}

/// Coordinates as numbers of their order: those that differ by round-off alone get the same.
class Ranks {
 public:
  explicit Ranks(std::vector<double> values) : values_(std::move(values)) {
    std::sort(values_.begin(), values_.end());
    std::size_t kept = 0;
    double last = -1.0;
    for (const double x : values_) {
      if (x - last > same_coordinate) values_[kept++] = x;
      last = x;
    }
    values_.resize(kept);
  }
  std::int32_t of(double x) const {
    return static_cast<std::int32_t>(std::upper_bound(values_.begin(), values_.end(), x) - values_.begin());
  }

 private:
  std::vector<double> values_;  // the least of each group
};

using Places = std::map<int, std::vector<Vec3>>;  // by atomic number, fractional

/// The first of all choices that a cell leaves.
CanonicalCrystal first_choice(const Mat3& cell, const Places& places) {
  CanonicalCrystal crystal;
  crystal.cell = cell;
  std::size_t n = 0;
  for (const auto& [z, list] : places) {
    n += list.size();
    crystal.atomic_number.insert(crystal.atomic_number.end(), list.size(), static_cast<std::uint8_t>(z));
  }
  const auto rarest = std::min_element(places.begin(), places.end(),
                                       [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  std::vector<Mat3> turns;
  for (const auto& operation : metric_operations(cell, same_metric)) {
    Mat3 r;
    for (Eigen::Index i = 0; i < 9; ++i) r(i / 3, i % 3) = operation[static_cast<std::size_t>(i)];
    turns.emplace_back(r.inverse().transpose());
  }

  // A choice: a matrix, and an atom of the rarest species at 0.
  std::vector<double> all;
  all.reserve(3 * n * rarest->second.size() * turns.size());
  for (const Mat3& turn : turns)
    for (const Vec3& origin : rarest->second)
      for (const auto& [z, list] : places)
        for (const Vec3& x : list) {
          const Vec3 turned = turn * (x - origin);
          for (const double value : turned) all.push_back(place_in_cell(value));
        }
  const Ranks ranks(all);
  using Atom = std::array<std::int32_t, 4>;  // ranks of its coordinates, its number among those of the choice
  std::vector<Atom> best, atoms(n);
  std::size_t best_first = 0;
  for (std::size_t first = 0; first < all.size(); first += 3 * n) {
    std::size_t at = 0;
    for (const auto& [z, list] : places) {
      const std::size_t begin = at;
      for (std::size_t k = 0; k < list.size(); ++k, ++at) {
        for (std::size_t c = 0; c < 3; ++c) atoms[at][c] = ranks.of(all[first + 3 * at + c]);
        atoms[at][3] = static_cast<std::int32_t>(at);
      }
      std::sort(atoms.begin() + static_cast<std::ptrdiff_t>(begin), atoms.begin() + static_cast<std::ptrdiff_t>(at));
    }
    const auto comes_before = [](const Atom& a, const Atom& b) {
      return std::lexicographical_compare(a.begin(), a.end() - 1, b.begin(), b.end() - 1);
    };
    if (!best.empty() &&
        !std::lexicographical_compare(atoms.begin(), atoms.end(), best.begin(), best.end(), comes_before))
      continue;
    best = atoms;
    best_first = first;
  }
  for (const Atom& atom : best)
    for (std::size_t c = 0; c < 3; ++c)
      crystal.fractional.push_back(all[best_first + 3 * static_cast<std::size_t>(atom[3]) + c]);
  return crystal;
}

}  // namespace

CanonicalCrystal canonical_crystal(const Structure& structure) {
  const ReducedCell reduced = reduced_cell(structure, true, same_atom);
  if (reduced.size() > most_atoms)
    fail_input("its primitive cell has {} atoms; at most {} are possible", reduced.size(), most_atoms);
  Places places;
  for (const ReducedCell::Group& group : reduced.groups) {
    const int z = atomic_number(group.symbol);
    if (z == 0) fail_input("{} is no element", group.symbol);
    for (int a = group.first; a < group.first + group.count; ++a) {
      const auto i = static_cast<std::size_t>(a);
      places[z].emplace_back(reduced.coordinate[0][i], reduced.coordinate[1][i], reduced.coordinate[2][i]);
    }
  }
  return first_choice(reduced.cell, places);
}

std::vector<CanonicalCrystal> canonical_descriptions(const Structure& structure) {
  std::vector<CanonicalCrystal> found = {canonical_crystal(structure)};
  const Mat3 &given = structure.cell, &reduced = found.front().cell;
  const Mat3 metric = given * given.transpose();
  if (found.front().size() != structure.size() ||
      (metric - reduced * reduced.transpose()).cwiseAbs().maxCoeff() < same_metric * metric.diagonal().maxCoeff())
    return found;
  const Mat3 to_fractional = to_fractional_matrix(given);
  Places places;
  for (std::size_t a = 0; a < structure.size(); ++a)
    places[structure.species[static_cast<std::size_t>(structure.type[a])].atomic_number].emplace_back(
        to_fractional * structure.position[a]);
  found.push_back(first_choice(given, places));
  return found;
}

}  // namespace spinel
