#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"
#include "crystal/structure.hpp"

namespace spinel::testing {

inline std::filesystem::path data_folder() {
  const char* set = std::getenv("SPINEL_DATA");
  const std::filesystem::path path = set != nullptr ? set : std::filesystem::path(SPINEL_SOURCE_DIR) / "../shared/data";
  return std::filesystem::is_directory(path) ? path : std::filesystem::path();
}

/// Cell and atoms by symbol and fractional coordinates.
inline Structure crystal(const Mat3& cell, const std::vector<std::pair<std::string, Vec3>>& atoms) {
  Structure structure;
  structure.cell = cell;
  for (const auto& [symbol, s] : atoms) {
    structure.type.push_back(add_species(structure, species_from_symbol(symbol)));
    structure.position.push_back(to_cartesian(cell, s));
  }
  return structure;
}

/// A crystal without symmetry: `counts` atoms of Na, Cl, O, … in a skewed cell, none too near another.
inline Structure random_crystal(std::mt19937& random, const std::vector<int>& counts) {
  const std::vector<std::string> symbols = {"Na", "Cl", "O", "Ti"};
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  std::vector<std::pair<std::string, Vec3>> atoms;
  Mat3 cell;
  cell << 5.0, 0.3, 0.1, 0.8, 5.7, -0.4, -0.6, 0.9, 6.5;
  for (std::size_t k = 0; k < counts.size(); ++k)
    for (int i = 0; i < counts[k];) {
      const Vec3 s(uniform(random), uniform(random), uniform(random));
      bool is_free = true;
      for (const auto& other : atoms) {
        Vec3 apart = s - other.second;
        for (int d = 0; d < 3; ++d) apart[d] -= std::nearbyint(apart[d]);
        is_free = is_free && to_cartesian(cell, apart).norm() > 1.4;
      }
      if (!is_free) continue;
      atoms.emplace_back(symbols[k], s);
      ++i;
    }
  return crystal(cell, atoms);
}

inline Mat3 random_rotation(std::mt19937& random) {
  std::normal_distribution<double> normal;
  Eigen::Quaterniond q(normal(random), normal(random), normal(random), normal(random));
  return q.normalized().toRotationMatrix();
}

/// An integer matrix of determinant 1 far from the identity.
inline Mat3 random_basis_change(std::mt19937& random) {
  std::uniform_int_distribution<int> integer(-2, 2);
  Mat3 lower = Mat3::Identity(), upper = Mat3::Identity();
  lower(1, 0) = integer(random);
  lower(2, 0) = integer(random);
  lower(2, 1) = integer(random);
  upper(0, 1) = integer(random);
  upper(0, 2) = integer(random);
  upper(1, 2) = integer(random);
  return lower * upper;
}

/// The same crystal: rotated, in another basis, its atoms in another order, shifted by lattice vectors and as a whole.
inline Structure disguised(std::mt19937& random, const Structure& structure) {
  const Mat3 rotation = random_rotation(random);
  std::uniform_int_distribution<int> integer(-1, 1);
  const Vec3 shift(0.37, -1.1, 2.3);
  std::vector<std::size_t> order(structure.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), random);
  Structure result;
  result.cell = random_basis_change(random) * structure.cell * rotation.transpose();
  for (const std::size_t i : order) {
    result.type.push_back(add_species(result, structure.species[static_cast<std::size_t>(structure.type[i])]));
    const Vec3 image = to_cartesian(structure.cell, Vec3(integer(random), integer(random), integer(random)));
    result.position.push_back(rotation * (structure.position[i] + image + shift));
  }
  return result;
}

}  // namespace spinel::testing
