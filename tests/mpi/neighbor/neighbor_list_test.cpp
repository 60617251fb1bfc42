#include "neighbor/neighbor_list.hpp"

#include <gtest/gtest.h>

#include <map>

#include "../structures.hpp"
#include "domain/distribute.hpp"
#include "domain/halo.hpp"

namespace spinel {
namespace {

using testing_support::Case;

/// Ordered pairs with their separation, rounded so that two ways of adding a lattice vector agree.
using Key = std::array<std::int64_t, 5>;
Key key_of(std::int64_t i, std::int64_t j, const Vec3& d) {
  return {i, j, std::llround(d[0] * 1e7), std::llround(d[1] * 1e7), std::llround(d[2] * 1e7)};
}

LocalAtoms with_ghosts(const Structure& structure, double range) {
  const auto world = Communicator::world();
  LocalAtoms atoms = local_atoms_from(structure, world);
  Halo halo(world, Decomposition(world.size(), structure.cell, structure.periodic));
  halo.migrate(atoms, 0.5 * range);
  halo.exchange(atoms, range);
  return atoms;
}

TEST(NeighborList, HoldsExactlyThePairsOfBruteForce) {
  const double range = 2.8;
  for (const Case& one : testing_support::test_structures()) {
    SCOPED_TRACE(one.name);
    std::map<Key, int> expected;
    testing_support::for_each_pair(one.structure, range * (1.0 + 1e-9),
                                   [&](std::size_t i, std::size_t j, const Vec3& d) {
                                     ++expected[key_of(static_cast<std::int64_t>(i), static_cast<std::int64_t>(j), d)];
                                   });
    const LocalAtoms atoms = with_ghosts(one.structure, range);
    NeighborList list;
    list.build(atoms, range);
    ASSERT_EQ(list.n_rows(), atoms.n_owned);
    std::int64_t found = 0, missing = 0;
    for (std::size_t i = 0; i < list.n_rows(); ++i)
      for (std::size_t k = 0; k < list.count(i); ++k) {
        const std::uint32_t j = list.begin(i)[k];
        ASSERT_LT(j, atoms.n_all());
        ASSERT_NE(j, i);
        const Vec3 d = atoms.position[j] - atoms.position[i];
        ASSERT_LT(d.norm(), range);
        ++found;
        if (expected.count(key_of(atoms.id[i], atoms.id[j], d)) != 1) ++missing;
      }
    EXPECT_EQ(missing, 0);
    EXPECT_EQ(Communicator::world().sum(found), static_cast<std::int64_t>(expected.size()));
  }
}

TEST(NeighborList, RowsHoldNoAtomTwice) {
  const LocalAtoms atoms = with_ghosts(testing_support::test_structures()[1].structure, 2.8);
  NeighborList list;
  list.build(atoms, 2.8);
  for (std::size_t i = 0; i < list.n_rows(); ++i) {
    std::vector<std::uint32_t> row(list.begin(i), list.begin(i) + list.count(i));
    std::sort(row.begin(), row.end());
    EXPECT_EQ(std::adjacent_find(row.begin(), row.end()), row.end());
  }
}

TEST(NeighborList, AnAtomFarAwayCostsNoMemory) {
  Structure cluster = testing_support::test_structures()[3].structure;
  cluster.position[0] = Vec3(3e5, -2e5, 1e5);
  const LocalAtoms atoms = with_ghosts(cluster, 2.8);
  NeighborList list;
  list.build(atoms, 2.8);
  EXPECT_LT(list.memory_bytes(), 1U << 20U);
  for (std::size_t i = 0; i < list.n_rows(); ++i)
    if (atoms.id[i] == 0) {
      EXPECT_EQ(list.count(i), 0U);
    }
}

TEST(NeighborList, GrowsAndShrinksBetweenBuilds) {
  NeighborList list;
  const auto cases = testing_support::test_structures();
  for (const std::size_t k : {4, 0, 5, 0, 3}) {
    const LocalAtoms atoms = with_ghosts(cases[k].structure, 2.8);
    list.build(atoms, 2.8);
    NeighborList fresh;
    fresh.build(atoms, 2.8);
    ASSERT_EQ(list.n_pairs(), fresh.n_pairs());
    for (std::size_t i = 0; i < list.n_rows(); ++i)
      EXPECT_TRUE(std::equal(list.begin(i), list.begin(i) + list.count(i), fresh.begin(i)));
  }
}

}  // namespace
}  // namespace spinel
