#include "matching/reduced_cell.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "crystal/lattice.hpp"
#include "matching/lattice_reduction.hpp"

namespace spinel {

namespace {

/// Atoms of one species, fractional.
struct Species3 {
  std::string symbol;
  std::vector<Vec3> place;
};

struct Crystal {
  Mat3 cell;
  std::vector<Species3> species;
};

double wrapped(double x) {
  x -= std::floor(x);
  return x < 1.0 ? x : 0.0;
}

bool within(const Vec3& difference, const Vec3& tolerance) {
  for (int k = 0; k < 3; ++k)
    if (!(std::abs(periodic(difference[k])) < tolerance[k])) return false;
  return true;
}

Vec3 row_lengths(const Mat3& cell) { return cell.rowwise().norm(); }

/// Takes the crystal to another basis of the same lattice.
void change_basis(Crystal& crystal, const Mat3& cell) {
  const Mat3 change = to_fractional_matrix(cell) * crystal.cell.transpose();
  for (Species3& species : crystal.species)
    for (Vec3& s : species.place) {
      s = change * s;
      for (int k = 0; k < 3; ++k) s[k] = wrapped(s[k]);
    }
  crystal.cell = cell;
}

/// Vectors that take every atom to within twice the tolerance of one of its species, 0 among them.
std::vector<Vec3> near_translations(const Crystal& crystal, const Vec3& tolerance) {
  std::vector<const Species3*> by_count;
  for (const Species3& species : crystal.species) by_count.push_back(&species);
  std::stable_sort(by_count.begin(), by_count.end(),
                   [](const auto* a, const auto* b) { return a->place.size() < b->place.size(); });
  std::vector<Vec3> vectors;
  const auto& rarest = by_count.front()->place;
  for (const Vec3& s : rarest) vectors.emplace_back(s - rarest.front());
  for (const auto* species : by_count)
    for (const Vec3& from : species->place) {
      if (vectors.size() == 1) return vectors;
      vectors.erase(std::remove_if(vectors.begin(), vectors.end(),
                                   [&](const Vec3& v) {
                                     return std::none_of(
                                         species->place.begin(), species->place.end(),
                                         [&](const Vec3& to) { return within(v - (to - from), 2.0 * tolerance); });
                                   }),
                    vectors.end());
    }
  return vectors;
}

/// A supercell matrix in Hermite normal form, and its inverse, whose rows are the lattice vectors of the smaller cell.
struct Supercell {
  Mat3 matrix, inverse;
  Supercell(int a, int b, int c, int e, int f, int g) {
    matrix << a, b, c, 0, e, f, 0, 0, g;
    const double x = a, y = e, z = g;
    inverse << 1.0 / x, -b / (x * y), (static_cast<double>(b) * f - static_cast<double>(c) * e) / (x * y * z), 0.0,
        1.0 / y, -f / (y * z), 0.0, 0.0, 1.0 / z;
  }
};

/// Calls visit(supercell) for each matrix in Hermite normal form of this determinant until it returns true.
template <class Visit>
bool any_supercell(int determinant, Visit&& visit) {
  for (int a = 1; a <= determinant; ++a) {
    if (determinant % a != 0) continue;
    for (int e = 1; e <= determinant / a; ++e) {
      if (determinant / a % e != 0) continue;
      const int g = determinant / a / e;
      for (int b = 0; b < a; ++b)
        for (int c = 0; c < a; ++c)
          for (int f = 0; f < e; ++f)
            if (visit(Supercell(a, b, c, e, f, g))) return true;
    }
  }
  return false;
}

/// Joins `size` atoms each into one of the smaller cell. False where they do not fall into such groups.
bool join(const Crystal& crystal, const Supercell& supercell, int size, double tolerance, const Vec3& old_tolerance,
          Crystal& smaller) {
  smaller.cell = supercell.inverse * crystal.cell;
  smaller.species.clear();
  const Vec3 new_tolerance = tolerance * row_lengths(smaller.cell).cwiseInverse();
  const Mat3 change = supercell.matrix.transpose();
  std::vector<Vec3> place;
  std::vector<char> together;
  for (const Species3& species : crystal.species) {
    const std::size_t n = species.place.size();
    place.clear();
    for (const Vec3& s : species.place) place.emplace_back(change * s);
    together.assign(n * n, 0);
    for (std::size_t i = 0; i < n; ++i) {
      int count = 0;
      for (std::size_t j = 0; j < n; ++j) {
        const bool apart = i == j || !within(species.place[j] - species.place[i], 2.0 * old_tolerance);
        // Of atoms that are neighbors in the large cell none may be the other's copy.
        together[i * n + j] = apart && within(place[j] - place[i], new_tolerance) ? 1 : 0;
        count += together[i * n + j];
      }
      if (count != size) return false;
    }
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        if (together[i * n + j] != 0 && !std::equal(&together[i * n], &together[i * n] + n, &together[j * n]))
          return false;
    Species3 joined{species.symbol, {}};
    std::vector<char> done(n, 0);
    for (std::size_t i = 0; i < n; ++i) {
      if (done[i] != 0) continue;
      Vec3 mean = place[i];
      int seen = 1;
      for (std::size_t j = i + 1; j < n; ++j) {
        if (together[i * n + j] == 0) continue;
        done[j] = 1;
        ++seen;
        const Vec3 offset = place[j] - mean;
        for (int k = 0; k < 3; ++k) mean[k] += periodic(offset[k]) / seen;
      }
      for (int k = 0; k < 3; ++k) mean[k] = wrapped(mean[k]);
      joined.place.push_back(mean);
    }
    smaller.species.push_back(std::move(joined));
  }
  return true;
}

/// Replaces the crystal by a smaller cell of it. False where there is none.
bool make_smaller(Crystal& crystal, double tolerance) {
  const Vec3 fractional_tolerance = tolerance * row_lengths(crystal.cell).cwiseInverse();
  int units = 0;
  for (const Species3& species : crystal.species) units = std::gcd(units, static_cast<int>(species.place.size()));
  if (units == 1) return false;
  const auto vectors = near_translations(crystal, fractional_tolerance);
  // Without a translation beside 0 only lattice planes closer than the tolerance could pass.
  if (vectors.size() == 1 && (fractional_tolerance * units).maxCoeff() < 1.0) return false;
  Crystal smaller;
  for (int size = 2; size <= units; ++size) {
    if (units % size != 0) continue;
    const bool found = any_supercell(size, [&](const Supercell& supercell) {
      for (int k = 0; k < 3; ++k) {
        const Vec3 row = supercell.inverse.row(k);
        if (std::none_of(vectors.begin(), vectors.end(),
                         [&](const Vec3& v) { return within(row - v, fractional_tolerance); }))
          return false;
      }
      return join(crystal, supercell, size, tolerance, fractional_tolerance, smaller);
    });
    if (found) {
      crystal = std::move(smaller);
      return true;
    }
  }
  return false;
}

}  // namespace

const ReducedCell::Group* ReducedCell::find(const std::string& symbol) const {
  for (const Group& group : groups)
    if (group.symbol == symbol) return &group;
  return nullptr;
}

ReducedCell reduced_cell(const Structure& structure, bool primitive, double tolerance) {
  if (!(structure.volume() > 0.0)) fail_input("a structure with a cell of no volume cannot be compared");
  Crystal crystal;
  crystal.cell = structure.cell;
  // Species that differ by mass alone are one.
  std::vector<std::size_t> place_of_type;
  for (const Species& species : structure.species) {
    std::size_t at = 0;
    while (at < crystal.species.size() && crystal.species[at].symbol != species.symbol) ++at;
    if (at == crystal.species.size()) crystal.species.push_back({species.symbol, {}});
    place_of_type.push_back(at);
  }
  const Mat3 to_fractional = to_fractional_matrix(structure.cell);
  for (std::size_t i = 0; i < structure.size(); ++i)
    crystal.species[place_of_type[static_cast<std::size_t>(structure.type[i])]].place.emplace_back(
        to_fractional * structure.position[i]);
  crystal.species.erase(std::remove_if(crystal.species.begin(), crystal.species.end(),
                                       [](const Species3& species) { return species.place.empty(); }),
                        crystal.species.end());

  change_basis(crystal, niggli_reduced(crystal.cell));
  if (primitive) {
    Crystal sorted = crystal;
    std::sort(sorted.species.begin(), sorted.species.end(),
              [](const Species3& a, const Species3& b) { return a.symbol < b.symbol; });
    bool smaller = false;
    while (make_smaller(sorted, tolerance)) smaller = true;
    if (smaller) {
      crystal = std::move(sorted);
      change_basis(crystal, niggli_reduced(crystal.cell));
    }
  }

  ReducedCell result;
  result.cell = crystal.cell;
  for (const Species3& species : crystal.species) {
    result.groups.push_back({species.symbol, result.size(), static_cast<int>(species.place.size())});
    for (const Vec3& s : species.place)
      for (int k = 0; k < 3; ++k) result.coordinate[k].push_back(s[k]);
  }
  return result;
}

}  // namespace spinel
