#include "potential/force_field.hpp"

#include <gtest/gtest.h>

#include "../force_fields.hpp"
#include "potential/lennard_jones.hpp"

namespace spinel {
namespace {

using testing_support::in_id_order;
using testing_support::make_force_field;

std::shared_ptr<LennardJones> potential_for(const Structure& s) {
  PotentialParameters p;
  p.style = "lennard_jones";
  p.epsilon = {1.0};
  p.sigma = {1.0};
  p.cutoff = {2.5};
  return std::make_shared<LennardJones>(p, s.species);
}

/// Moves every owned atom by a vector that depends on its id and the step only.
void jiggle(LocalAtoms& atoms, std::uint64_t step, double amount) {
  const Random random(11, RandomPurpose::test);
  for (std::size_t i = 0; i < atoms.n_owned; ++i)
    atoms.position[i] += amount * random.normal3(step, static_cast<std::uint64_t>(atoms.id[i]));
}

/// The same atoms, unwrapped, as a structure on every rank.
Structure snapshot(const ForceField& field, Structure s) {
  s.cell = field.atoms().cell;
  std::vector<Vec3> owned(field.atoms().n_owned);
  for (std::size_t i = 0; i < owned.size(); ++i) owned[i] = field.atoms().unwrapped(i);
  s.position = in_id_order(field, owned);
  return s;
}

double worst_force(const std::vector<Vec3>& a, const std::vector<Vec3>& b) {
  double worst = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, (a[i] - b[i]).norm() / (1.0 + b[i].norm()));
  return worst;
}

TEST(ForceField, StaysExactWhileAtomsMoveAndTheCellDeforms) {
  for (const auto& one : testing_support::test_structures()) {
    SCOPED_TRACE(one.name);
    Timers timers;
    auto field = make_force_field(one.structure, potential_for(one.structure), timers);
    field.update({});
    for (std::uint64_t step = 1; step <= 40; ++step) {
      jiggle(field.atoms(), step, 0.01);
      if (step > 20) {
        Mat3 strain = Mat3::Identity();
        strain(0, 0) += 0.004;
        strain(1, 2) -= 0.003;
        LocalAtoms& atoms = field.atoms();
        atoms.cell = atoms.cell * strain;
        for (std::size_t i = 0; i < atoms.n_owned; ++i) atoms.position[i] = strain.transpose() * atoms.position[i];
      }
      const EnergyVirial found = field.update({});
      if (step % 4 != 0) continue;
      const Structure now = snapshot(field, one.structure);
      Timers other;
      auto fresh = make_force_field(now, potential_for(now), other);
      const EnergyVirial expected = fresh.update({});
      EXPECT_NEAR(found.energy, expected.energy, 1e-10 * (1.0 + std::abs(expected.energy)));
      EXPECT_LT(worst_force(in_id_order(field, field.forces()), in_id_order(fresh, fresh.forces())), 1e-10);
    }
    EXPECT_EQ(field.counts().dangerous, 0);
    if (one.name == "bulk") {
      EXPECT_GT(field.counts().builds, 2);
      EXPECT_LT(field.counts().builds, 35);
    }
  }
}

TEST(ForceField, CountsDangerousBuildsWhenNotChecking) {
  const auto bulk = testing_support::test_structures()[0];
  Timers timers;
  NeighborParameters neighbor;
  neighbor.skin = 0.2;
  neighbor.rebuild_every = 5;
  neighbor.check_displacement = false;
  const auto world = Communicator::world();
  ForceField field(local_atoms_from(bulk.structure, world),
                   Halo(world, Decomposition(world.size(), bulk.structure.cell, bulk.structure.periodic)),
                   potential_for(bulk.structure), neighbor, ParallelParameters{}, timers);
  field.update({});
  for (std::uint64_t step = 1; step <= 20; ++step) {
    jiggle(field.atoms(), step, 1e-4);
    field.update({});
  }
  EXPECT_EQ(field.counts().builds, 5);
  EXPECT_EQ(field.counts().dangerous, 0);
  for (std::uint64_t step = 21; step <= 30; ++step) {
    jiggle(field.atoms(), step, 0.02);
    field.update({});
  }
  EXPECT_EQ(field.counts().builds, 7);
  EXPECT_EQ(field.counts().dangerous, 2);
}

TEST(ForceField, ContinuesBitwiseFromWhatACheckpointHolds) {
  const auto bulk = testing_support::test_structures()[1];
  Timers timers;
  auto field = make_force_field(bulk.structure, potential_for(bulk.structure), timers);
  field.update({});
  for (std::uint64_t step = 1; step <= 13; ++step) {
    jiggle(field.atoms(), step, 0.01);
    field.update({});
  }
  // What a checkpoint keeps: owned arrays in their order, cuts, counts.
  LocalAtoms kept = field.atoms();
  kept.position.resize(kept.n_owned);
  kept.type.resize(kept.n_owned);
  kept.id.resize(kept.n_owned);
  kept.n_ghost = 0;
  const auto world = Communicator::world();
  Decomposition decomposition(world.size(), bulk.structure.cell, bulk.structure.periodic);
  decomposition.set_cuts(field.halo().decomposition().cuts());
  NeighborParameters neighbor;
  neighbor.skin = 0.3;
  Timers other;
  ForceField restored(kept, Halo(world, decomposition), potential_for(bulk.structure), neighbor, ParallelParameters{},
                      other);
  restored.rebuild_as_checkpointed(field.counts());
  restored.update({false, false});
  ASSERT_EQ(restored.forces().size(), field.forces().size());
  for (std::size_t i = 0; i < field.forces().size(); ++i) EXPECT_EQ(restored.forces()[i], field.forces()[i]);
  for (std::uint64_t step = 14; step <= 40; ++step) {
    jiggle(field.atoms(), step, 0.01);
    jiggle(restored.atoms(), step, 0.01);
    const EnergyVirial a = field.update({}), b = restored.update({});
    ASSERT_EQ(a.energy, b.energy);
    ASSERT_EQ(a.virial, b.virial);
    ASSERT_EQ(field.atoms().id, restored.atoms().id);
  }
  EXPECT_EQ(field.counts().builds, restored.counts().builds);
}

TEST(ForceField, TheFlagOfOneRankReachesAll) {
  const auto bulk = testing_support::test_structures()[0];
  Timers timers;
  auto field = make_force_field(bulk.structure, potential_for(bulk.structure), timers);
  const auto world = Communicator::world();
  double mine = 0.0;
  field.set_flag_source([&] { return mine; });
  field.update({});
  field.update({});
  EXPECT_EQ(field.flag(), 0.0);
  if (world.rank() == world.size() - 1) mine = 3.0;
  field.update({});
  EXPECT_EQ(field.flag(), 3.0);
}

}  // namespace
}  // namespace spinel
