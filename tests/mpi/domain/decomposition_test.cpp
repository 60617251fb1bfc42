#include <gtest/gtest.h>

#include "domain_support.hpp"
#include "parallel/cartesian_grid.hpp"

namespace spinel::domain_test {
namespace {

// Owned atoms of the fullest rank over the mean, counted after a real migration.
double imbalance_after(const Structure& structure, bool choose_grid) {
  const auto world = Communicator::world();
  LocalAtoms atoms = local_atoms_from(structure, world);
  const auto fractional = wrapped_fractional(atoms);
  Decomposition decomposition(world.size(), atoms.cell, atoms.periodic);
  if (choose_grid)
    decomposition = Decomposition::balanced(world, atoms.cell, atoms.periodic, fractional);
  else
    decomposition.balance(world, fractional);
  const double predicted = decomposition.imbalance(world, fractional);
  Halo halo(world, decomposition);
  halo.migrate(atoms, 2.5);
  const auto most = world.max(static_cast<std::int64_t>(atoms.n_owned));
  const double counted = static_cast<double>(most * world.size()) / static_cast<double>(atoms.n_global);
  EXPECT_DOUBLE_EQ(counted, predicted);
  return counted;
}

// fcc layers, atoms exactly on lattice points: `n` conventional cells of 4 Å, a cell `stretch` times as long.
Structure fcc(const Int3& n, const Vec3& stretch, const std::array<bool, 3>& periodic, const Mat3& shape = cubic(1.0)) {
  Structure structure = random_atoms(cubic(1.0), periodic, 0, 1);
  const Vec3 basis[] = {Vec3(0, 0, 0), Vec3(0.5, 0.5, 0), Vec3(0.5, 0, 0.5), Vec3(0, 0.5, 0.5)};
  for (int i = 0; i < n[0]; ++i)
    for (int j = 0; j < n[1]; ++j)
      for (int k = 0; k < n[2]; ++k)
        for (const Vec3& b : basis) {
          structure.position.push_back(shape.transpose() * (4.0 * (Vec3(i, j, k) + b)));
          structure.type.push_back(0);
        }
  structure.velocity.clear();
  structure.fixed.clear();
  for (int k = 0; k < 3; ++k) structure.cell.row(k) = 4.0 * n[static_cast<std::size_t>(k)] * stretch[k] * shape.row(k);
  return structure;
}

Structure carve_sphere(Structure structure, const Vec3& fractional_center, double radius) {
  const Vec3 center = structure.cell.transpose() * fractional_center;
  std::vector<Vec3> kept;
  for (const Vec3& x : structure.position)
    if ((x - center).norm() < radius) kept.push_back(x);
  structure.position = kept;
  structure.type.assign(kept.size(), 0);
  structure.velocity.clear();
  structure.fixed.clear();
  return structure;
}

const std::array<bool, 3> bulk = {true, true, true};

TEST(Balance, RandomSlabWithTwoThirdsVacuum) {
  for (const std::array<bool, 3> periodic : {bulk, std::array<bool, 3>{true, true, false}})
    for (const Mat3& cell : {cubic(40.0), rhombohedral(45.0), strongly_skewed()})
      for (int normal = 0; normal < 3; ++normal) {
        Vec3 low = Vec3::Zero(), high = Vec3::Ones();
        low[normal] = 0.21;
        high[normal] = 0.21 + 1.0 / 3.0;
        EXPECT_LE(imbalance_after(random_atoms(cell, periodic, 4000, 51, low, high), false), 1.05);
      }
}

TEST(Balance, CrystalSlabWithTwoThirdsVacuum) {
  // Layers at rest cannot be split, so here the grid matters.
  Mat3 skewed = rhombohedral(1.0);
  for (const Mat3& shape : {cubic(1.0), skewed}) {
    EXPECT_LE(imbalance_after(fcc({8, 8, 8}, Vec3(1, 1, 3), bulk, shape), true), 1.15);
    EXPECT_LE(imbalance_after(fcc({8, 8, 8}, Vec3(1, 1, 3), {true, true, false}, shape), true), 1.15);
    EXPECT_LE(imbalance_after(fcc({8, 6, 5}, Vec3(1, 1, 3), bulk, shape), true), 1.15);
    EXPECT_LE(imbalance_after(fcc({7, 7, 7}, Vec3(3, 1, 1), bulk, shape), true), 1.15);
    EXPECT_LE(imbalance_after(fcc({10, 10, 3}, Vec3(1, 1, 3), bulk, shape), true), 1.15);
  }
}

TEST(Balance, CrystalSlabOnTheGridOfLeastSurface) {
  EXPECT_LE(imbalance_after(fcc({8, 8, 8}, Vec3(1, 1, 3), bulk), false),
            Communicator::world().size() == 3 ? 1.2 : 1.15);
}

TEST(Balance, DropletInTheMiddleAndOffCenter) {
  for (const std::array<bool, 3> periodic : {bulk, std::array<bool, 3>{false, false, false}})
    for (const Vec3& center : {Vec3(0.5, 0.5, 0.5), Vec3(0.27, 0.31, 0.7)})
      for (const Mat3& cell : {cubic(60.0), rhombohedral(80.0)}) {
        const Structure gas = random_atoms(cell, periodic, 60000, 52);
        const Structure drop = carve_sphere(gas, center, 14.0);
        ASSERT_GT(drop.size(), 1000U);
        EXPECT_LE(imbalance_after(drop, false), 1.05);
        EXPECT_LE(imbalance_after(drop, true), 1.05);
      }
}

TEST(Balance, CrystalDroplet) {
  Structure crystal = fcc({14, 14, 14}, Vec3(1, 1, 1), bulk);
  const Structure drop = carve_sphere(crystal, Vec3(0.42, 0.55, 0.47), 16.0);
  ASSERT_GT(drop.size(), 900U);
  EXPECT_LE(imbalance_after(drop, true), 1.15);
}

TEST(Balance, CutsDoNotSplitLayers) {
  const auto world = Communicator::world();
  LocalAtoms atoms = local_atoms_from(fcc({6, 6, 6}, Vec3(1, 1, 1), bulk), world);
  Decomposition decomposition(world.size(), atoms.cell, atoms.periodic, {world.size(), 1, 1});
  decomposition.balance(world, wrapped_fractional(atoms));
  // Layers at k/12.
  for (const double cut : decomposition.cuts()) EXPECT_GT(std::abs(12 * cut - std::round(12 * cut)), 0.1);
}

TEST(Balance, SharesAreEqualToHalfAPercentOfABrick) {
  // A density that falls off fivefold along every direction.
  Structure structure = random_atoms(cubic(50.0), bulk, 40000, 58);
  for (Vec3& x : structure.position)
    for (int k = 0; k < 3; ++k) x[k] = 50.0 * std::pow(x[k] / 50.0, 1.7);
  EXPECT_LE(imbalance_after(structure, false), 1.01);
}

TEST(Balance, ALayerOnTheCutGoesToTheBetterSide) {
  const auto world = Communicator::world();
  Structure layers = random_atoms(cubic(10.0), bulk, 100, 59);
  // 48, 40 and 12 atoms at 0.2, 0.5, 0.8 and the mirror image: the best cut in two is 48 : 52.
  for (const bool mirror : {false, true}) {
    for (std::size_t i = 0; i < 100; ++i) {
      const double s = i < 48 ? 0.2 : i < 88 ? 0.5 : 0.8;
      layers.position[i][0] = 10.0 * (mirror ? 1.0 - s : s);
    }
    const LocalAtoms atoms = local_atoms_from(layers, world);
    Decomposition decomposition(2, atoms.cell, atoms.periodic, {2, 1, 1});
    decomposition.balance(world, wrapped_fractional(atoms));
    EXPECT_DOUBLE_EQ(decomposition.imbalance(world, wrapped_fractional(atoms)), 1.04);
    EXPECT_NEAR(decomposition.cuts()[0], mirror ? 0.65 : 0.35, 1e-6);
  }
}

TEST(Balance, FewAtomsOrNone) {
  const auto world = Communicator::world();
  for (const std::size_t n : {0U, 1U, 3U, 9U}) {
    LocalAtoms atoms = local_atoms_from(random_atoms(cubic(10.0), bulk, n, 53), world);
    const auto fractional = wrapped_fractional(atoms);
    Decomposition decomposition(world.size(), atoms.cell, atoms.periodic);
    decomposition.balance(world, fractional);
    const double most = decomposition.imbalance(world, fractional) * static_cast<double>(n) / world.size();
    if (n > 0) {
      EXPECT_LE(most, std::ceil(static_cast<double>(n) / world.size()) + 1e-9);
    }
    decomposition = Decomposition::balanced(world, atoms.cell, atoms.periodic, fractional);
    Halo halo(world, decomposition);
    halo.migrate(atoms, 1.0);
    halo.exchange(atoms, 4.0);
  }
  // All atoms in one place.
  Structure heap = random_atoms(cubic(10.0), bulk, 20, 54);
  heap.position.assign(20, Vec3(1, 2, 3));
  LocalAtoms atoms = local_atoms_from(heap, world);
  Decomposition decomposition(world.size(), atoms.cell, atoms.periodic);
  decomposition.balance(world, wrapped_fractional(atoms));
  EXPECT_DOUBLE_EQ(decomposition.imbalance(world, wrapped_fractional(atoms)), world.size());
}

TEST(Decomposition, OwnerIsTheBrickThatHoldsThePlace) {
  const auto world = Communicator::world();
  for (const std::array<bool, 3> periodic : {bulk, std::array<bool, 3>{false, true, false}}) {
    LocalAtoms atoms = local_atoms_from(random_atoms(strongly_skewed(), periodic, 500, 55), world);
    for (const Int3& grid : grids_by_surface(24, Vec3::Ones(), periodic)) {
      Decomposition decomposition(24, atoms.cell, periodic, grid);
      decomposition.balance(world, wrapped_fractional(atoms));
      const Random random(56, RandomPurpose::test);
      for (std::uint64_t i = 0; i < 200; ++i) {
        const auto u = random.uniform4(0, i);
        Vec3 s(u[0], u[1], u[2]);
        for (int k = 0; k < 3; ++k)
          if (!periodic[static_cast<std::size_t>(k)]) s[k] = 20.0 * s[k] - 10.0;
        const int owner = decomposition.owner(s);
        int holders = 0;
        for (int rank = 0; rank < 24; ++rank) {
          const Brick brick = decomposition.brick(rank);
          if ((s.array() >= brick.low.array()).all() && (s.array() < brick.high.array()).all()) {
            ++holders;
            ASSERT_EQ(rank, owner);
          }
        }
        ASSERT_EQ(holders, 1);
      }
      // A place on a cut belongs to the brick above it.
      for (int rank = 0; rank < 24; ++rank) {
        const Brick brick = decomposition.brick(rank);
        Vec3 corner = brick.low;
        for (int k = 0; k < 3; ++k)
          if (!std::isfinite(corner[k])) corner[k] = brick.high[k] - 1.0;
        if (corner.allFinite()) {
          ASSERT_EQ(decomposition.owner(corner), rank);
        }
      }
    }
  }
}

TEST(Decomposition, CutsMakeTheSameBricksAgain) {
  const auto world = Communicator::world();
  LocalAtoms atoms = local_atoms_from(random_atoms(cubic(10.0), bulk, 500, 57), world);
  Decomposition first(12, atoms.cell, bulk, {2, 3, 2}), second = first;
  EXPECT_EQ(first.cuts().size(), 1U + 2U * 2U + 6U);
  first.balance(world, wrapped_fractional(atoms));
  EXPECT_NE(first.cuts(), second.cuts());
  second.set_cuts(first.cuts());
  for (int rank = 0; rank < 12; ++rank) {
    EXPECT_EQ(first.brick(rank).low, second.brick(rank).low);
    EXPECT_EQ(first.brick(rank).high, second.brick(rank).high);
  }
  EXPECT_THROW(second.set_cuts({0.5}), Error);
  std::vector<double> falling = first.cuts();
  std::swap(falling[1], falling[2]);
  EXPECT_THROW(second.set_cuts(falling), Error);
}

TEST(Decomposition, RefusesGridsThatDoNotFit) {
  EXPECT_THROW(Decomposition(8, cubic(1.0), bulk, {2, 2, 3}), InputError);
  EXPECT_THROW(Decomposition(8, cubic(1.0), bulk, {-2, -2, 2}), InputError);
  EXPECT_THROW(Decomposition(1, Mat3::Zero(), bulk), InputError);
}

}  // namespace
}  // namespace spinel::domain_test
