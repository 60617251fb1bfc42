#include "potential/committee.hpp"

#include "../committee_support.hpp"
#include "core/error.hpp"
#include "potential/lennard_jones.hpp"

namespace spinel {
namespace {

using testing_support::Answer;
using testing_support::ask;
using testing_support::expect_statistics_of_members;
using testing_support::in_id_order;
using testing_support::make_force_field;

std::shared_ptr<Potential> lennard_jones(const Structure& s, double epsilon, double cutoff = 2.5) {
  PotentialParameters p;
  p.style = "lennard_jones";
  p.epsilon = {epsilon};
  p.sigma = {1.0};
  p.cutoff = {cutoff};
  return std::make_shared<LennardJones>(p, s.species);
}

/// E = Σ ½k(c − r)² over pairs within c; every owned atom acts on both ends of its edges, as networks do.
class Springs final : public Potential {
 public:
  Springs(double stiffness, double cutoff) : stiffness_(stiffness), cutoff_(cutoff) {}

  double cutoff() const override { return cutoff_; }
  GhostNeeds ghost_needs() const override { return {true, false}; }
  EnergyVirial compute(const LocalAtoms& atoms, const NeighborList& list, Halo&, Wanted wanted,
                       Forces& forces) override {
    EnergyVirial result;
    std::fill(forces.begin(), forces.end(), Vec3::Zero());
    for (std::size_t i = 0; i < atoms.n_owned; ++i)
      for (std::size_t k = 0; k < list.count(i); ++k) {
        const std::size_t j = list.begin(i)[k];
        const Vec3 d = atoms.position[j] - atoms.position[i];
        const double r = d.norm();
        if (r >= cutoff_) continue;
        // An edge and its reverse, wherever that is, have half of the pair each.
        const Vec3 push = 0.5 * stiffness_ * (cutoff_ - r) / r * d;
        forces[i] -= push;
        forces[j] += push;
        if (wanted.energy) result.energy += 0.25 * stiffness_ * (cutoff_ - r) * (cutoff_ - r);
        if (!wanted.virial) continue;
        const int axes[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
        for (std::size_t c = 0; c < 6; ++c) result.virial[c] += push[axes[c][0]] * d[axes[c][1]];
      }
    return result;
  }

 private:
  double stiffness_, cutoff_;
};

TEST(Committee, OfScaledPotentialsHasTheSpreadOfTheScales) {
  const double root = std::sqrt(7.0 / 3.0);  // standard deviation of 1, 2, 4
  for (const auto& one : testing_support::test_structures()) {
    SCOPED_TRACE(one.name);
    const Structure& s = one.structure;
    const Answer unit = ask(s, lennard_jones(s, 1.0));
    const auto committee =
        std::make_shared<Committee>(std::vector{lennard_jones(s, 1.0), lennard_jones(s, 2.0), lennard_jones(s, 4.0)});
    Timers timers;
    auto field = make_force_field(s, committee, timers);
    committee->look_at_next();
    const EnergyVirial sums = field.update({});
    const double scale = 1.0 + std::abs(unit.sums.energy);
    EXPECT_NEAR(sums.energy, 7.0 / 3.0 * unit.sums.energy, 1e-12 * scale);
    EXPECT_NEAR(committee->spread().energy, root * std::abs(unit.sums.energy), 1e-12 * scale);
    const auto force = in_id_order(field, field.forces());
    for (std::size_t i = 0; i < s.size(); ++i)
      EXPECT_LT((force[i] - 7.0 / 3.0 * unit.force[i]).norm(), 1e-12 * (1.0 + unit.force[i].norm()));
    const LocalAtoms& atoms = field.atoms();
    for (std::size_t i = 0; i < atoms.n_owned; ++i) {
      const double size = unit.force[static_cast<std::size_t>(atoms.id[i])].norm();
      EXPECT_NEAR(committee->spread().force[i], root * size, 1e-12 * (1.0 + size));
    }
  }
}

TEST(Committee, HasTheStatisticsOfItsMembers) {
  for (const auto& one : testing_support::test_structures()) {
    if (one.name == "bulk" || one.name == "cluster") continue;
    SCOPED_TRACE(one.name);
    const Structure& s = one.structure;
    // Forces on ghosts or none, one cutoff or several.
    expect_statistics_of_members(s, {lennard_jones(s, 1.0, 2.5), lennard_jones(s, 1.1, 2.0)}, 1e-12);
    expect_statistics_of_members(
        s,
        {std::make_shared<Springs>(1.0, 1.8), std::make_shared<Springs>(1.3, 2.4), std::make_shared<Springs>(0.8, 2.1)},
        1e-12);
    expect_statistics_of_members(
        s, {std::make_shared<Springs>(40.0, 2.2), lennard_jones(s, 1.0), std::make_shared<Springs>(50.0, 1.5)}, 1e-12);
  }
}

TEST(Committee, OfOneOpinionHasNoSpread) {
  const Structure s = testing_support::test_structures()[0].structure;
  const auto one = std::make_shared<Springs>(1.7, 2.3);
  const auto committee = std::make_shared<Committee>(std::vector<std::shared_ptr<Potential>>{one, one, one});
  Timers timers;
  auto field = make_force_field(s, committee, timers);
  committee->look_at_next();
  const double energy = field.update({}).energy;
  // MPI may add up each member's energy in another order.
  EXPECT_LT(committee->spread().energy, 1e-13 * std::abs(energy));
  for (const double spread : committee->spread().force) EXPECT_EQ(spread, 0.0);
}

TEST(Committee, ReachesAsFarAsItsFarthestMember) {
  const Committee committee({std::make_shared<Springs>(1.0, 1.8), std::make_shared<Springs>(1.0, 2.6)});
  EXPECT_EQ(committee.cutoff(), 2.6);
  EXPECT_TRUE(committee.ghost_needs().returns_forces);
  EXPECT_FALSE(committee.ghost_needs().exchanges_features);
  EXPECT_THROW(Committee({std::make_shared<Springs>(1.0, 1.8)}), Error);
}

TEST(Committee, ForceThatIsNoNumberIsInfinitelyUncertain) {
  Structure s = testing_support::test_structures()[0].structure;
  const auto committee = std::make_shared<Committee>(std::vector<std::shared_ptr<Potential>>{
      std::make_shared<Springs>(1.0, 2.0), std::make_shared<Springs>(std::nan(""), 2.0)});
  Timers timers;
  auto field = make_force_field(s, committee, timers);
  committee->look_at_next();
  field.update({});
  const SpreadSummary summary = summarize(committee->spread(), field.atoms(), Communicator::world());
  EXPECT_TRUE(std::isinf(summary.force_max));
}

}  // namespace
}  // namespace spinel
