#include "propose/generators/colorings.hpp"

#include <algorithm>
#include <set>

#include "crystal/lattice.hpp"

namespace spinel {

SitePermutations site_permutations(const std::vector<AtomSymmetry>& operations, const Mat3& cell,
                                   const Eigen::Matrix3i& supercell, const std::vector<Vec3>& sites, double tolerance) {
  const Mat3 larger = supercell.cast<double>(), to_larger = larger.inverse();  // rows
  const auto is_whole = [](const Mat3& m) { return (m - m.array().round().matrix()).cwiseAbs().maxCoeff() < 1e-6; };
  std::vector<Vec3> fractional;
  for (const Vec3& r : sites) fractional.emplace_back(to_fractional_matrix(cell) * r);
  // Translations of the cell that differ in the supercell.
  std::vector<Vec3> shifts;
  const int n = supercell.determinant();
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k) {
        const Vec3 v(i, j, k);
        const auto is_there = [&](const Vec3& other) {
          const Vec3 apart = to_larger.transpose() * (v - other);
          return (apart - apart.array().round().matrix()).cwiseAbs().maxCoeff() < 1e-6;
        };
        if (std::none_of(shifts.begin(), shifts.end(), is_there)) shifts.push_back(v);
      }
  std::set<std::vector<std::uint8_t>> all, translations;
  for (const AtomSymmetry& operation : operations) {
    if (!is_whole(larger * operation.rotation.transpose() * to_larger)) continue;
    for (const Vec3& shift : shifts) {
      std::vector<std::uint8_t> permutation;
      std::vector<bool> is_taken(sites.size(), false);
      for (const Vec3& x : fractional) {
        const Vec3 image = operation.rotation * x + operation.translation + shift;
        double least = tolerance;
        std::size_t nearest = sites.size();
        for (std::size_t k = 0; k < sites.size(); ++k) {
          Vec3 apart = to_larger.transpose() * (image - fractional[k]);
          apart -= apart.array().round().matrix();
          const double distance = to_cartesian(cell, larger.transpose() * apart).norm();
          if (distance < least) least = distance, nearest = k;
        }
        if (nearest == sites.size() || is_taken[nearest]) break;
        is_taken[nearest] = true;
        permutation.push_back(static_cast<std::uint8_t>(nearest));
      }
      if (permutation.size() < sites.size()) continue;
      bool moves = false;
      for (std::size_t k = 0; k < permutation.size(); ++k) moves = moves || permutation[k] != k;
      if (moves && operation.rotation.isIdentity(1e-6)) translations.insert(permutation);
      all.insert(std::move(permutation));
    }
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
