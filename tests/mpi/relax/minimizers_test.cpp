#include "relax_support.hpp"

namespace spinel {
namespace {

using namespace testing_support;

const std::vector<std::string> minimizers = {"lbfgs", "blmvm", "cg", "fire"};

void print_evaluations(const char* what, const std::string& minimizer, const RelaxationResult& result) {
  if (Communicator::world().is_root())
    std::printf("%s, %s: %d evaluations\n", what, minimizer.c_str(), static_cast<int>(result.last.evaluations));
}

TEST(Minimizers, ReachTheSameMinimumOfARattledStrainedCrystal) {
  Mat3 strain;
  strain << 0.03, 0.01, 0.0, 0.01, -0.02, 0.015, 0.0, 0.015, 0.02;
  Structure start = strained(fcc(2, 1.56), strain);
  rattle(start, 0.05, 3);
  double energy = 0.0;
  for (const std::string& minimizer : minimizers) {
    SCOPED_TRACE(minimizer);
    const Relaxed end = relaxed(start, tight(minimizer, CellFreedom::full));
    print_evaluations("crystal", minimizer, end.result);
    ASSERT_EQ(end.result.status, RelaxationStatus::converged) << end.result.reason;
    if (minimizer == minimizers.front()) energy = end.result.last.energy;
    EXPECT_NEAR(end.result.last.energy, energy, 1e-8);
  }
}

TEST(Minimizers, ReachTheGlobalMinimumOfThirteenAtomsFromNearby) {
  // The icosahedron; its energy: Hoare & Pal, Adv. Phys. 20, 161 (1971), and the Cambridge Cluster Database.
  Structure start;
  start.cell = 20.0 * Mat3::Identity();
  start.periodic = {false, false, false};
  start.species = {{"Ar", 18, 39.95}};
  const double golden = 0.5 * (1.0 + std::sqrt(5.0)), radius = 1.1;
  start.position.push_back(Vec3::Zero());
  for (int k = 0; k < 3; ++k)
    for (const double p : {-1.0, 1.0})
      for (const double q : {-golden, golden}) {
        Vec3 x = Vec3::Zero();
        x[(k + 1) % 3] = p;
        x[(k + 2) % 3] = q;
        start.position.push_back(radius * x.normalized());
      }
  for (Vec3& x : start.position) x += Vec3::Constant(10.0);
  start.type.assign(13, 0);
  rattle(start, 0.06, 5);
  for (const std::string& minimizer : minimizers) {
    SCOPED_TRACE(minimizer);
    const Relaxed end =
        relaxed(start, tight(minimizer), nullptr, Communicator::world(), lennard_jones(start, 12.0, "plain"));
    print_evaluations("cluster", minimizer, end.result);
    ASSERT_EQ(end.result.status, RelaxationStatus::converged) << end.result.reason;
    EXPECT_NEAR(end.result.last.energy, -44.326801, 1e-6);
  }
}

TEST(Minimizers, DoNotDependOnTheNumberOfRanks) {
  Structure start = fcc(2, 1.5);
  rattle(start, 0.08, 4);
  for (const std::string& minimizer : minimizers) {
    SCOPED_TRACE(minimizer);
    RelaxationSettings settings = tight(minimizer, CellFreedom::full);
    std::vector<double> here, alone;
    const Relaxed shared = relaxed(start, settings, [&](const RelaxationProgress& now) {
      here.push_back(now.energy);
      return true;
    });
    const Relaxed single = relaxed(
        start, settings,
        [&](const RelaxationProgress& now) {
          alone.push_back(now.energy);
          return true;
        },
        Communicator::self());
    EXPECT_EQ(shared.result.status, RelaxationStatus::converged);
    EXPECT_NEAR(shared.result.last.energy, single.result.last.energy, 1e-9);
    // The same way, until rounding has grown.
    ASSERT_GT(std::min(here.size(), alone.size()), 10U);
    for (std::size_t k = 0; k < 10; ++k) EXPECT_NEAR(here[k], alone[k], 1e-8 * std::abs(alone[k])) << k;
  }
}

TEST(Minimizers, CountEvaluationsExactlyAndNeverExceedTheLimit) {
  Structure start = fcc(2, 1.5);
  rattle(start, 0.05, 4);
  class Counting final : public Potential {
   public:
    explicit Counting(std::shared_ptr<Potential> inner) : inner_(std::move(inner)) {}
    double cutoff() const override { return inner_->cutoff(); }
    GhostNeeds ghost_needs() const override { return inner_->ghost_needs(); }
    EnergyVirial compute(const LocalAtoms& atoms, const NeighborList& list, Halo& halo, Wanted wanted,
                         Forces& forces) override {
      ++count;
      return inner_->compute(atoms, list, halo, wanted, forces);
    }
    std::int64_t count = 0;

   private:
    std::shared_ptr<Potential> inner_;
  };
  for (const std::string& minimizer : minimizers)
    for (const std::int64_t limit : {1, 2, 3, 7, 20}) {
      SCOPED_TRACE(minimizer + " " + std::to_string(limit));
      RelaxationSettings settings = tight(minimizer, CellFreedom::full);
      settings.max_evaluations = limit;
      auto counting = std::make_shared<Counting>(lennard_jones(start));
      RelaxationProgress last;
      Timers timers;
      auto field = make_force_field(start, counting, timers);
      const RelaxationResult result = relax(field, settings, [&](const RelaxationProgress& now) {
        last = now;
        return true;
      });
      EXPECT_EQ(result.status, RelaxationStatus::not_converged);
      EXPECT_EQ(result.last.evaluations, counting->count);
      EXPECT_LE(counting->count, limit);
      EXPECT_GE(counting->count, std::min<std::int64_t>(limit, std::max<std::int64_t>(1, limit - 1)));
      // The force field is at the last accepted point.
      EXPECT_EQ(result.last.enthalpy, last.enthalpy);
      const double energy_there = field.update({}).energy;
      EXPECT_NEAR(energy_there, last.energy, 1e-11 * std::abs(last.energy));
    }
}

TEST(Minimizers, StopWhereTheObserverSays) {
  Structure start = fcc(2, 1.5);
  for (const std::string& minimizer : minimizers) {
    int seen = 0;
    const Relaxed end = relaxed(start, tight(minimizer, CellFreedom::full), [&](const RelaxationProgress& now) {
      EXPECT_GE(now.evaluations, seen + 1);
      return ++seen < 4;
    });
    EXPECT_EQ(end.result.status, RelaxationStatus::stopped);
    EXPECT_EQ(seen, 4);
  }
}

TEST(Minimizers, RunOnAPartOfTheRanks) {
  const Communicator world = Communicator::world();
  const Communicator pool = world.split(world.rank() % 2);
  Structure start = fcc(2, world.rank() % 2 == 0 ? 1.5 : 1.6);
  rattle(start, 0.05, 6);
  for (const std::string& minimizer : minimizers) {
    const Relaxed end = relaxed(start, tight(minimizer, CellFreedom::full), nullptr, pool);
    EXPECT_EQ(end.result.status, RelaxationStatus::converged);
  }
}

TEST(Minimizers, UnknownOneIsAnInputError) {
  Structure start = fcc(1, 1.5);
  EXPECT_THROW(relaxed(start, tight("newton")), InputError);
}

}  // namespace
}  // namespace spinel
