#include "domain/distribute.hpp"

#include <gtest/gtest.h>

#include "domain_support.hpp"

namespace spinel::domain_test {
namespace {

class DistributeTest : public testing::Test {
 protected:
  const Communicator world = Communicator::world();
};

// What rank 0 holds of a structure that only it has read.
Structure on_root(const Structure& structure) { return Communicator::world().is_root() ? structure : Structure(); }

TEST_F(DistributeTest, GivesEveryRankItsBlock) {
  const Structure structure = random_atoms(strongly_skewed(), {true, false, true}, 101, 61);
  const LocalAtoms atoms = local_atoms_from(on_root(structure), world);
  EXPECT_EQ(atoms.cell, structure.cell);
  EXPECT_EQ(atoms.periodic, structure.periodic);
  EXPECT_EQ(atoms.n_global, 101);
  ASSERT_EQ(atoms.species.size(), 2U);
  EXPECT_EQ(atoms.species[1].symbol, "Kr");
  EXPECT_EQ(atoms.species[1].atomic_number, 36);
  EXPECT_EQ(atoms.species[1].mass, 83.8);
  EXPECT_EQ(world.sum(static_cast<std::int64_t>(atoms.n_owned)), 101);
  EXPECT_LE(world.max(atoms.n_owned) - world.min(atoms.n_owned), 1U);
  for (std::size_t i = 0; i < atoms.n_owned; ++i) {
    const auto id = static_cast<std::size_t>(atoms.id[i]);
    EXPECT_EQ(atoms.position[i], structure.position[id]);
    EXPECT_EQ(atoms.velocity[i], structure.velocity[id]);
    EXPECT_EQ(atoms.type[i], structure.type[id]);
    EXPECT_EQ(atoms.fixed[i], structure.fixed[id]);
    EXPECT_EQ(atoms.image[i], (Int3{0, 0, 0}));
  }
}

TEST_F(DistributeTest, MissingVelocitiesAndFlagsAreZero) {
  Structure structure = random_atoms(cubic(5.0), {true, true, true}, 9, 62);
  structure.velocity.clear();
  structure.fixed.clear();
  const LocalAtoms atoms = local_atoms_from(on_root(structure), world);
  for (std::size_t i = 0; i < atoms.n_owned; ++i) {
    EXPECT_EQ(atoms.velocity[i], Vec3::Zero().eval());
    EXPECT_EQ(atoms.fixed[i], 0);
  }
}

TEST_F(DistributeTest, RefusesAMisshapenStructureOnEveryRank) {
  Structure structure = random_atoms(cubic(5.0), {true, true, true}, 9, 63);
  structure.type.pop_back();
  EXPECT_THROW(local_atoms_from(on_root(structure), world), Error);
  structure.type.push_back(2);
  EXPECT_THROW(local_atoms_from(on_root(structure), world), Error);
}

TEST_F(DistributeTest, GatherReturnsWhatWasGiven) {
  for (const Case& c : cases()) {
    System system = make_system(c.structure, c.depth);
    std::vector<Vec3> force;
    for (std::size_t i = 0; i < system.atoms.n_owned; ++i) force.push_back(2.0 * system.atoms.velocity[i]);
    const Structure gathered = gather_structure(system.atoms, world, true, &force);
    EXPECT_EQ(gathered.cell, c.structure.cell);
    if (!world.is_root()) {
      EXPECT_EQ(gathered.size(), 0U);
      continue;
    }
    ASSERT_EQ(gathered.size(), c.structure.size());
    EXPECT_EQ(gathered.type, c.structure.type);
    if (c.structure.size() > 1) {
      EXPECT_EQ(gathered.fixed, c.structure.fixed);
    }
    for (std::size_t i = 0; i < gathered.size(); ++i) {
      EXPECT_LT((gathered.position[i] - c.structure.position[i]).norm(), 1e-10) << c.name;
      const Vec3 velocity = c.structure.velocity.empty() ? Vec3::Zero().eval() : c.structure.velocity[i];
      EXPECT_EQ(gathered.velocity[i], velocity);
      EXPECT_EQ(gathered.force[i], 2.0 * velocity);
    }
  }
}

}  // namespace
}  // namespace spinel::domain_test
