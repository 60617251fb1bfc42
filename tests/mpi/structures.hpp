#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "crystal/structure.hpp"

namespace spinel::testing_support {

/// Random places in a cell, no two closer than `least` (Å) under periodicity.
inline Structure random_structure(const Mat3& cell, const std::array<bool, 3>& periodic, std::size_t n_atoms,
                                  double least, std::uint64_t seed, std::size_t n_species = 1) {
  Structure structure;
  structure.cell = cell;
  structure.periodic = periodic;
  const char* symbols[] = {"Ar", "Kr", "Xe"};
  for (std::size_t k = 0; k < n_species; ++k)
    structure.species.push_back({symbols[k], 0, 1.0 + 0.5 * static_cast<double>(k)});
  const Random random(seed, RandomPurpose::test);
  std::uint64_t attempt = 0;
  while (structure.size() < n_atoms) {
    const auto u = random.uniform4(0, attempt++);
    const Vec3 x = cell.transpose() * Vec3(u[0], u[1], u[2]);
    const bool clear = std::all_of(structure.position.begin(), structure.position.end(), [&](const Vec3& y) {
      for (int a = -1; a <= 1; ++a)
        for (int b = -1; b <= 1; ++b)
          for (int c = -1; c <= 1; ++c) {
            if ((a != 0 && !periodic[0]) || (b != 0 && !periodic[1]) || (c != 0 && !periodic[2])) continue;
            if ((x - y - cell.transpose() * Vec3(a, b, c)).norm() < least) return false;
          }
      return true;
    });
    if (!clear) {
      if (attempt > 1000000) std::abort();
      continue;
    }
    structure.position.push_back(x);
    structure.type.push_back(static_cast<std::int32_t>(structure.size() % n_species));
  }
  return structure;
}

/// Calls visit(i, j, x_j − x_i) for every ordered pair, images included, closer than `range`: O(N²·images). Only with
/// every `stride`-th i from `first` on, where ranks share the work.
inline void for_each_pair(const Structure& s, double range,
                          const std::function<void(std::size_t, std::size_t, const Vec3&)>& visit,
                          std::size_t first = 0, std::size_t stride = 1) {
  Int3 reach{};
  for (int k = 0; k < 3; ++k) {
    const Vec3 a = s.cell.row((k + 1) % 3), b = s.cell.row((k + 2) % 3);
    const double height = std::abs(s.cell.determinant()) / a.cross(b).norm();
    // From the nearest image of every pair on, one more than needed.
    if (s.periodic[static_cast<std::size_t>(k)])
      reach[static_cast<std::size_t>(k)] = static_cast<int>(std::floor(range / height + 0.5)) + 1;
  }
  const Mat3 inverse = s.cell.inverse();
  for (std::size_t i = first; i < s.size(); i += stride)
    for (std::size_t j = 0; j < s.size(); ++j) {
      const Vec3 apart = inverse.transpose() * (s.position[j] - s.position[i]);
      Vec3 nearest = s.position[j] - s.position[i];
      for (int k = 0; k < 3; ++k)
        if (s.periodic[static_cast<std::size_t>(k)]) nearest -= std::round(apart[k]) * s.cell.row(k).transpose();
      for (int a = -reach[0]; a <= reach[0]; ++a)
        for (int b = -reach[1]; b <= reach[1]; ++b)
          for (int c = -reach[2]; c <= reach[2]; ++c) {
            if (i == j && a == 0 && b == 0 && c == 0) continue;
            const Vec3 d = nearest + s.cell.transpose() * Vec3(a, b, c);
            if (d.squaredNorm() < range * range) visit(i, j, d);
          }
    }
}

/// The cells every test of forces should pass: bulk, skewed, slab, cluster, one atom in a cell smaller than the cutoff,
/// and a few atoms in one corner, which leave ranks empty.
struct Case {
  std::string name;
  Structure structure;
};
inline std::vector<Case> test_structures(std::size_t n_species = 1) {
  std::vector<Case> cases;
  const Mat3 cube = Mat3::Identity();
  cases.push_back({"bulk", random_structure(9.0 * cube, {true, true, true}, 250, 0.95, 1, n_species)});
  Mat3 skewed;
  skewed << 8.0, 0.0, 0.0, 4.5, 7.0, 0.0, -2.5, 3.0, 9.0;
  cases.push_back({"triclinic", random_structure(skewed, {true, true, true}, 200, 0.95, 2, n_species)});
  cases.push_back(
      {"slab", random_structure(Vec3(8.0, 8.0, 4.0).asDiagonal(), {true, true, false}, 120, 0.95, 3, n_species)});
  cases.push_back({"cluster", random_structure(5.0 * cube, {false, false, false}, 60, 0.95, 4, n_species)});
  Mat3 tiny;
  tiny << 1.2, 0.1, 0.0, 0.3, 1.1, 0.0, 0.0, 0.2, 1.3;
  cases.push_back({"one atom", random_structure(tiny, {true, true, true}, 1, 0.9, 5, 1)});
  Structure corner = random_structure(3.0 * cube, {true, true, true}, 10, 0.95, 6, n_species);
  corner.cell = 30.0 * cube;
  cases.push_back({"corner", corner});
  return cases;
}

/// Path of a file of the shared reference data, or empty where it is not there.
inline std::string data_file(const std::string& name) {
  const char* chosen = std::getenv("SPINEL_DATA");
  const std::string path =
      (chosen != nullptr ? std::string(chosen) : std::string(SPINEL_SOURCE_DIR "/../shared/data")) + "/" + name;
  FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return "";
  std::fclose(file);
  return path;
}

}  // namespace spinel::testing_support
