#include "crystal/symmetry.hpp"

#include <spglib.h>

#include <cmath>
#include <memory>
#include <unordered_map>

#include "core/error.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

namespace {

using Dataset = std::unique_ptr<SpglibDataset, decltype(&spg_free_dataset)>;

std::vector<Vec3> fractional_positions(const Structure& structure) {
  const Mat3 to_fractional = to_fractional_matrix(structure.cell);
  std::vector<Vec3> fractional;
  for (const Vec3& r : structure.position) fractional.emplace_back(to_fractional * r);
  return fractional;
}

/// [atom] number of its symbol, from 1.
std::vector<int> symbol_numbers(const Structure& structure) {
  std::map<std::string, int> numbers;
  std::vector<int> types;
  for (const auto t : structure.type)
    types.push_back(
        numbers.emplace(structure.species[static_cast<std::size_t>(t)].symbol, static_cast<int>(numbers.size()) + 1)
            .first->second);
  return types;
}

Dataset find(const Structure& structure, double tolerance) {
  double lattice[3][3];  // columns are the vectors
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) lattice[i][j] = structure.cell(j, i);
  const auto fractional = fractional_positions(structure);
  const auto types = symbol_numbers(structure);
  const auto* positions = reinterpret_cast<const double(*)[3]>(fractional.data());
  Dataset dataset(spg_get_dataset(lattice, const_cast<double(*)[3]>(positions), types.data(),
                                  static_cast<int>(types.size()), tolerance),
                  &spg_free_dataset);
  if (!dataset || dataset->spacegroup_number == 0)
    fail("no symmetry found within {} Å: {}", tolerance, spg_get_error_message(spg_get_error_code()));
  return dataset;
}

/// Finds the atom at a place: atoms sorted into a grid of cells in fractional coordinates, periodic.
class AtomFinder {
 public:
  AtomFinder(const Structure& structure, double tolerance)
      : fractional_(fractional_positions(structure)), types_(symbol_numbers(structure)), cell_(structure.cell) {
    const Vec3 heights = perpendicular_heights(cell_);
    const double side = std::cbrt(structure.volume() / static_cast<double>(structure.size()));
    for (int k = 0; k < 3; ++k)
      n_[static_cast<std::size_t>(k)] = std::max(1, static_cast<int>(heights[k] / std::max(side, 4.0 * tolerance)));
    for (std::size_t i = 0; i < fractional_.size(); ++i) bins_[bin(place(fractional_[i]))].push_back(i);
  }

  /// The nearest atom of that type, and its distance.
  std::pair<std::int64_t, double> nearest(const Vec3& s, int type) const {
    const Int3 home = place(s);
    std::int64_t found = -1;
    double least = 1e300;
    Int3 p;
    for (p[0] = home[0] - 1; p[0] <= home[0] + 1; ++p[0])
      for (p[1] = home[1] - 1; p[1] <= home[1] + 1; ++p[1])
        for (p[2] = home[2] - 1; p[2] <= home[2] + 1; ++p[2]) {
          const auto here = bins_.find(bin(p));
          if (here == bins_.end()) continue;
          for (const std::size_t i : here->second) {
            if (types_[i] != type) continue;
            Vec3 apart = fractional_[i] - s;
            for (int k = 0; k < 3; ++k) apart[k] -= std::round(apart[k]);
            const double distance = (cell_.transpose() * apart).norm();
            if (distance < least) {
              least = distance;
              found = static_cast<std::int64_t>(i);
            }
          }
        }
    return {found, least};
  }

  const std::vector<Vec3>& fractional() const { return fractional_; }
  int type(std::size_t i) const { return types_[i]; }

 private:
  Int3 place(const Vec3& s) const {
    Int3 p{};
    for (std::size_t k = 0; k < 3; ++k) {
      const double x = s[static_cast<int>(k)];
      p[k] = static_cast<int>((x - std::floor(x)) * n_[k]);
    }
    return p;
  }
  std::int64_t bin(Int3 p) const {
    for (std::size_t k = 0; k < 3; ++k) p[k] = ((p[k] % n_[k]) + n_[k]) % n_[k];
    return (std::int64_t{p[0]} * n_[1] + p[1]) * n_[2] + p[2];
  }

  std::vector<Vec3> fractional_;
  std::vector<int> types_;
  Mat3 cell_;
  Int3 n_{};
  std::unordered_map<std::int64_t, std::vector<std::size_t>> bins_;
};

}  // namespace

SymmetryInfo symmetry(const Structure& structure, double tolerance) {
  const Dataset dataset = find(structure, tolerance);
  return {dataset->spacegroup_number, dataset->international_symbol};
}

WyckoffSites wyckoff_sites(const Structure& structure, double tolerance) {
  const Dataset dataset = find(structure, tolerance);
  WyckoffSites sites;
  sites.number = dataset->spacegroup_number;
  sites.letter.assign(dataset->wyckoffs, dataset->wyckoffs + structure.size());
  sites.orbit.assign(dataset->crystallographic_orbits, dataset->crystallographic_orbits + structure.size());
  return sites;
}

std::vector<AtomSymmetry> atom_symmetries(const Structure& structure, double tolerance) {
  const Dataset dataset = find(structure, tolerance);
  const auto n = static_cast<std::size_t>(dataset->n_operations);
  if (static_cast<double>(n) * static_cast<double>(structure.size()) > 1e8)
    fail("{} symmetry operations on {} atoms: use a smaller cell of the same crystal", n, structure.size());
  const AtomFinder finder(structure, tolerance);
  std::vector<AtomSymmetry> result(n);
  for (std::size_t k = 0; k < n; ++k) {
    AtomSymmetry& operation = result[k];
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < 3; ++j) operation.rotation(i, j) = dataset->rotations[k][i][j];
      operation.translation[i] = dataset->translations[k][i];
    }
    std::vector<bool> taken(structure.size(), false);
    for (std::size_t i = 0; i < structure.size(); ++i) {
      const Vec3 image = operation.rotation * finder.fractional()[i] + operation.translation;
      const auto [atom, distance] = finder.nearest(image, finder.type(i));
      // Atoms within the tolerance of their ideal places may be up to twice that from each other's images, and the
      // translation is found from them too.
      if (atom < 0 || distance > 4.0 * tolerance || taken[static_cast<std::size_t>(atom)])
        fail("the symmetry found within {} Å does not take the atoms to each other; use a smaller tolerance",
             tolerance);
      taken[static_cast<std::size_t>(atom)] = true;
      operation.image.push_back(atom);
    }
  }
  return result;
}

}  // namespace spinel
