#include <gtest/gtest.h>

#include <cstdio>

#include "domain_support.hpp"

namespace spinel::domain_test {
namespace {

// The model of doc/scaling.md, for equal bricks of an orthorhombic periodic cell.
struct Model {
  double n_ghosts, n_remote;  // ghosts of a rank; those that come from other ranks
  int n_peers;
};

Model model(const Vec3& length, const Int3& grid, double density, double depth) {
  double widened = 1.0, own = 1.0, brick = 1.0;
  int touched = 1;
  for (std::size_t k = 0; k < 3; ++k) {
    const double edge = length[static_cast<int>(k)] / grid[k];
    // Of the widened brick's extent, what belongs to this rank's own place on the grid: all where it is the only place,
    // else its brick and whatever wraps around to it.
    double own_extent = edge;
    for (int turn = 1; turn * grid[k] * edge - edge < depth; ++turn)
      own_extent += 2.0 * (std::min(turn * grid[k] * edge, depth) - (turn * grid[k] - 1) * edge);
    widened *= edge + 2.0 * depth;
    own *= own_extent;
    brick *= edge;
    touched *= std::min(grid[k], 1 + 2 * static_cast<int>(std::ceil(depth / edge)));
  }
  return {density * (widened - brick), density * (widened - own), touched - 1};
}

// Evenly spread points without layers: the R3 sequence, multiples of the powers of the root of x⁴ = x + 1.
Structure even_spread(const Vec3& length, std::size_t n) {
  Structure structure = random_atoms(length.asDiagonal(), {true, true, true}, 0, 1);
  const double root = 1.2207440846057596;
  for (std::size_t i = 0; i < n; ++i) {
    Vec3 s;
    for (int k = 0; k < 3; ++k) s[k] = wrap(0.5 + static_cast<double>(i + 1) * std::pow(root, -(k + 1))).value;
    structure.position.push_back(s.cwiseProduct(length));
    structure.type.push_back(0);
  }
  structure.velocity.clear();
  structure.fixed.clear();
  return structure;
}

struct Counted {
  double messages, bytes;  // a rank and call, averaged over ranks
};

template <class Verb>
Counted count(const Halo& halo, const Verb& verb) {
  const auto world = Communicator::world();
  const Traffic before = halo.traffic();
  verb();
  const auto messages = world.sum(halo.traffic().messages - before.messages);
  const auto bytes = world.sum(halo.traffic().bytes - before.bytes);
  return {static_cast<double>(messages) / world.size(), static_cast<double>(bytes) / world.size()};
}

// doc/scaling.md: the table "model and count" is what this test prints.
TEST(Scaling, CountsAgreeWithTheModel) {
  const auto world = Communicator::world();
  const double edge = 33.5919, depth = 2.8;
  const Vec3 length = Vec3::Constant(edge);
  const std::size_t n = 32000;
  const double density = static_cast<double>(n) / std::pow(edge, 3);

  LocalAtoms atoms = local_atoms_from(even_spread(length, n), world);
  Halo halo(world, Decomposition(world.size(), atoms.cell, atoms.periodic));
  halo.migrate(atoms, 1.4);
  const Counted exchange = count(halo, [&] { halo.exchange(atoms, depth); });
  const Counted positions = count(halo, [&] { halo.forward_positions(atoms); });
  std::vector<float> rows(atoms.n_all() * 16);
  const Counted features = count(halo, [&] { halo.forward(rows.data(), 16); });
  const Counted reverse = count(halo, [&] { halo.reverse_add(rows.data(), 16); });
  const double ghosts = static_cast<double>(world.sum(static_cast<std::int64_t>(atoms.n_ghost))) / world.size();

  // Each component of each position moves by a normal number of width sigma between two builds.
  const double sigma = 0.1;
  const Random random(71, RandomPurpose::test);
  for (std::size_t i = 0; i < atoms.n_owned; ++i)
    atoms.position[i] += sigma * random.normal3(0, static_cast<std::uint64_t>(atoms.id[i]));
  const Counted migrate = count(halo, [&] { halo.migrate(atoms, 1.4); });

  const Int3 grid = halo.decomposition().grid();
  const Model expected = model(length, grid, density, depth);
  double faces = 0.0;
  for (std::size_t k = 0; k < 3; ++k)
    if (grid[k] > 1) faces += 2.0 * edge * edge * edge / (edge / grid[k]) / world.size();
  const double migrating = density * faces * sigma / std::sqrt(2.0 * 3.14159265358979);

  EXPECT_NEAR(ghosts, expected.n_ghosts, 0.01 * expected.n_ghosts);
  EXPECT_EQ(positions.messages, expected.n_peers);
  EXPECT_EQ(exchange.messages, expected.n_peers);
  EXPECT_EQ(features.messages, expected.n_peers);
  EXPECT_EQ(reverse.messages, expected.n_peers);
  EXPECT_EQ(halo.n_peers(), static_cast<std::size_t>(expected.n_peers));
  EXPECT_NEAR(positions.bytes, 24.0 * expected.n_remote, 0.01 * 24.0 * expected.n_remote);
  EXPECT_EQ(3.0 * exchange.bytes, 5.0 * positions.bytes);
  EXPECT_EQ(3.0 * features.bytes, 8.0 * positions.bytes);
  EXPECT_EQ(reverse.bytes, features.bytes);
  EXPECT_NEAR(migrate.bytes, 80.0 * migrating, 0.15 * 80.0 * migrating);
  EXPECT_LE(migrate.messages, 26.0);

  if (world.is_root())
    std::printf("| %d | %d × %d × %d | %.0f | %.0f / %.0f | %d / %g | %.0f / %.0f | %.0f / %.0f | %.0f / %.0f |\n",
                world.size(), grid[0], grid[1], grid[2], static_cast<double>(n) / world.size(), expected.n_ghosts,
                ghosts, expected.n_peers, positions.messages, 24.0 * expected.n_remote, positions.bytes,
                40.0 * expected.n_remote, exchange.bytes, 80.0 * migrating, migrate.bytes);
}

}  // namespace
}  // namespace spinel::domain_test
