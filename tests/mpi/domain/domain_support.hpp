#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "domain/distribute.hpp"
#include "domain/halo.hpp"

namespace spinel::domain_test {

inline Structure random_atoms(const Mat3& cell, const std::array<bool, 3>& periodic, std::size_t n, std::uint64_t seed,
                              const Vec3& low = Vec3::Zero(), const Vec3& high = Vec3::Ones()) {
  Structure structure;
  structure.cell = cell;
  structure.periodic = periodic;
  structure.species = {{"Ar", 18, 39.95}, {"Kr", 36, 83.8}};
  const Random random(seed, RandomPurpose::test);
  for (std::size_t i = 0; i < n; ++i) {
    const auto u = random.uniform4(1, i);
    const Vec3 s = low + (high - low).cwiseProduct(Vec3(u[0], u[1], u[2]));
    structure.position.push_back(cell.transpose() * s);
    structure.velocity.push_back(random.normal3(2, i));
    structure.type.push_back(static_cast<std::int32_t>(i % 2));
    structure.fixed.push_back(static_cast<std::uint8_t>(i % 8));
  }
  return structure;
}

inline Mat3 cubic(double a) { return a * Mat3::Identity(); }

// 60° between all lattice vectors, and a cell much longer than high.
inline Mat3 rhombohedral(double a) {
  Mat3 cell;
  cell << 1.0, 0.0, 0.0, 0.5, std::sqrt(0.75), 0.0, 0.5, std::sqrt(1.0 / 12.0), std::sqrt(2.0 / 3.0);
  return a * cell;
}
inline Mat3 strongly_skewed() {
  Mat3 cell;
  cell << 10.0, 0.0, 0.0, 9.0, 8.0, 0.0, -7.0, 6.0, 9.0;
  return cell;
}

struct Case {
  std::string name;
  Structure structure;
  double depth;
};

inline std::vector<Case> cases() {
  const std::array<bool, 3> bulk = {true, true, true};
  std::vector<Case> all;
  all.push_back({"bulk", random_atoms(cubic(12.0), bulk, 300, 1), 2.5});
  all.push_back({"orthorhombic", random_atoms(Vec3(20.0, 8.0, 5.0).asDiagonal(), bulk, 200, 2), 2.0});
  all.push_back(
      {"slab", random_atoms(cubic(10.0), {false, true, true}, 150, 3, Vec3(-0.2, 0, 0), Vec3(0.4, 1, 1)), 2.2});
  all.push_back(
      {"wire", random_atoms(cubic(10.0), {false, true, false}, 100, 4, Vec3(-3, 0, 0.2), Vec3(4, 1, 0.9)), 3.0});
  all.push_back(
      {"cluster", random_atoms(cubic(9.0), {false, false, false}, 80, 5, Vec3::Constant(-1), Vec3::Constant(2)), 6.0});
  all.push_back({"rhombohedral", random_atoms(rhombohedral(11.0), bulk, 200, 6), 2.4});
  all.push_back({"strongly skewed", random_atoms(strongly_skewed(), bulk, 200, 7), 2.0});
  all.push_back({"depth beyond the cell", random_atoms(strongly_skewed(), bulk, 12, 8), 11.0});
  all.push_back({"one atom", random_atoms(cubic(2.5), bulk, 1, 9), 8.0});
  all.push_back({"one atom, skewed", random_atoms(rhombohedral(2.5), bulk, 1, 10), 8.0});
  all.push_back({"corner", random_atoms(cubic(40.0), bulk, 60, 11, Vec3::Constant(0.01), Vec3::Constant(0.1)), 3.0});
  all.push_back({"no atoms", random_atoms(cubic(10.0), bulk, 0, 12), 3.0});
  all.push_back({"no depth", random_atoms(cubic(10.0), bulk, 50, 13), 0.0});

  // Atoms exactly on faces of bricks and of the cell.
  Structure lattice = random_atoms(cubic(8.0), bulk, 0, 14);
  for (int i = 0; i < 8; ++i)
    for (int j = 0; j < 8; ++j)
      for (int k = 0; k < 8; ++k) {
        lattice.position.emplace_back(i, j, k);
        lattice.type.push_back(0);
      }
  lattice.velocity.clear();
  lattice.fixed.clear();
  // At a depth where atoms lie exactly on the face of the widened brick.
  all.push_back({"lattice on faces", lattice, 2.0});
  return all;
}

struct System {
  LocalAtoms atoms;
  Halo halo;
};

// A structure spread over the ranks, migrated, with ghosts.
inline System make_system(const Structure& structure, double depth, bool balanced = false) {
  const auto world = Communicator::world();
  LocalAtoms atoms = local_atoms_from(structure, world);
  Decomposition decomposition(world.size(), atoms.cell, atoms.periodic);
  if (balanced) decomposition.balance(world, wrapped_fractional(atoms));
  Halo halo(world, decomposition);
  halo.migrate(atoms, 2.5);
  halo.exchange(atoms, depth);
  return {std::move(atoms), std::move(halo)};
}

// Everything of all ranks in id order, on every rank.
inline std::vector<Vec3> all_positions(const LocalAtoms& atoms, bool unwrapped = false) {
  std::vector<Vec3> positions(static_cast<std::size_t>(atoms.n_global), Vec3::Zero());
  for (std::size_t i = 0; i < atoms.n_owned; ++i)
    positions[static_cast<std::size_t>(atoms.id[i])] = unwrapped ? atoms.unwrapped(i) : atoms.position[i];
  if (!positions.empty()) Communicator::world().sum(positions.front().data(), 3 * positions.size());
  return positions;
}

// Lattice vectors n with |n_k| ≤ reach in periodic directions, enough for places up to `distance` (Å) away.
inline std::vector<Int3> all_shifts(const Mat3& cell, const std::array<bool, 3>& periodic, double distance) {
  const Vec3 per_height = cell.inverse().colwise().norm().transpose();
  Int3 reach{0, 0, 0};
  for (std::size_t k = 0; k < 3; ++k)
    if (periodic[k]) reach[k] = static_cast<int>(std::ceil(distance * per_height[static_cast<int>(k)])) + 1;
  std::vector<Int3> shifts;
  for (int a = -reach[0]; a <= reach[0]; ++a)
    for (int b = -reach[1]; b <= reach[1]; ++b)
      for (int c = -reach[2]; c <= reach[2]; ++c) shifts.push_back({a, b, c});
  return shifts;
}

inline Vec3 lattice_vector(const Mat3& cell, const Int3& n) { return cell.transpose() * Vec3(n[0], n[1], n[2]); }

}  // namespace spinel::domain_test
