#include <limits>

#include "relax_support.hpp"

namespace spinel {
namespace {

using namespace testing_support;

const std::vector<std::string> minimizers = {"lbfgs", "blmvm", "cg", "fire"};

/// A pair energy k·r below 1.5 Å: with k > 0 atoms fall onto each other, with k < 0 they fly apart.
class Slope final : public Potential {
 public:
  explicit Slope(double k) : k_(k) {}
  double cutoff() const override { return 1.5; }
  GhostNeeds ghost_needs() const override { return {}; }
  EnergyVirial compute(const LocalAtoms& atoms, const NeighborList& list, Halo&, Wanted, Forces& forces) override {
    EnergyVirial result;
    for (std::size_t i = 0; i < atoms.n_owned; ++i) {
      forces[i].setZero();
      for (std::size_t n = 0; n < list.count(i); ++n) {
        const Vec3 d = atoms.position[list.begin(i)[n]] - atoms.position[i];
        const double r = d.norm();
        if (r >= 1.5) continue;
        result.energy += 0.5 * k_ * (r - 1.5);
        const Vec3 f = k_ / r * d;
        forces[i] += f;
        const double v[6] = {d[0] * f[0], d[1] * f[1], d[2] * f[2], d[1] * f[2], d[0] * f[2], d[0] * f[1]};
        for (std::size_t k = 0; k < 6; ++k) result.virial[k] -= 0.5 * v[k];
      }
    }
    return result;
  }

 private:
  double k_;
};

/// Lennard-Jones, but not a number where the volume is above or an atom beyond a bound.
class Faulty final : public Potential {
 public:
  Faulty(std::shared_ptr<Potential> inner, double largest_volume) : inner_(std::move(inner)), bound_(largest_volume) {}
  double cutoff() const override { return inner_->cutoff(); }
  GhostNeeds ghost_needs() const override { return inner_->ghost_needs(); }
  EnergyVirial compute(const LocalAtoms& atoms, const NeighborList& list, Halo& halo, Wanted wanted,
                       Forces& forces) override {
    EnergyVirial result = inner_->compute(atoms, list, halo, wanted, forces);
    if (atoms.volume() > bound_) result.energy = std::numeric_limits<double>::quiet_NaN();
    return result;
  }

 private:
  std::shared_ptr<Potential> inner_;
  double bound_;
};

void expect_failed(const Relaxed& end, const std::string& reason) {
  EXPECT_EQ(end.result.status, RelaxationStatus::failed);
  EXPECT_NE(end.result.reason.find(reason), std::string::npos) << end.result.reason;
}

TEST(GuardRails, AtomsThatFallOntoEachOther) {
  Structure start = fcc(2, 1.5);
  rattle(start, 0.05, 1);
  for (const std::string& minimizer : minimizers) {
    SCOPED_TRACE(minimizer);
    RelaxationSettings settings = tight(minimizer);
    settings.minimum_distance = 0.7;
    const Relaxed end = relaxed(start, settings, nullptr, Communicator::world(), std::make_shared<Slope>(5.0));
    expect_failed(end, "of each other, less than minimum_distance = 0.7");
    // The last accepted point is a physical one.
    EXPECT_TRUE(std::isfinite(end.result.last.energy));
    EXPECT_LT(end.result.last.evaluations, 1000);
  }
}

TEST(GuardRails, AtomsTooNearAtTheStart) {
  Structure start = fcc(2, 1.5);
  start.position[9] = start.position[4] + Vec3(0.1, 0.2, 0.0);
  expect_failed(relaxed(start, tight("lbfgs")), "at the start: atoms 5 and 10 came within 0.2236 of each other");
}

TEST(GuardRails, VolumeThatCollapsesOrExplodes) {
  const Structure start = fcc(2, 1.5);
  for (const std::string& minimizer : minimizers) {
    SCOPED_TRACE(minimizer);
    RelaxationSettings settings = tight(minimizer, CellFreedom::full);
    settings.max_volume_change = 1.2;
    settings.pressure = 1000.0;
    expect_failed(relaxed(start, settings), "the volume shrank by more than a factor of 1.2, from 27 to ");
    settings.pressure = -100.0;
    expect_failed(relaxed(start, settings), "the volume grew by more than a factor of 1.2, from 27 to ");
  }
}

TEST(GuardRails, EnergyThatIsNotANumber) {
  const Structure start = fcc(2, 1.45);
  for (const std::string& minimizer : minimizers) {
    SCOPED_TRACE(minimizer);
    const auto inner = lennard_jones(start);
    expect_failed(relaxed(start, tight(minimizer, CellFreedom::full), nullptr, Communicator::world(),
                          std::make_shared<Faulty>(inner, 1.0)),
                  "at the start: the energy is not finite");
    // The minimum, at 1.08 times the volume, lies behind the bound.
    expect_failed(relaxed(start, tight(minimizer, CellFreedom::full), nullptr, Communicator::world(),
                          std::make_shared<Faulty>(inner, 1.04 * start.cell.determinant())),
                  "the energy is not finite");
    // Here it does not: the way back from the bad trial succeeds.
    Structure far = start;
    rattle(far, 0.05, 3);
    const Relaxed end = relaxed(far, tight(minimizer, CellFreedom::full), nullptr, Communicator::world(),
                                std::make_shared<Faulty>(inner, 1.26 * start.cell.determinant()));
    EXPECT_EQ(end.result.status, RelaxationStatus::converged) << end.result.reason;
  }
}

TEST(GuardRails, NoAtomMovesFurtherThanTheLongestStep) {
  Structure start = fcc(2, 1.5);
  rattle(start, 0.15, 1);
  for (const std::string& minimizer : minimizers) {
    SCOPED_TRACE(minimizer);
    RelaxationSettings settings = tight(minimizer);
    settings.max_step = 0.02;
    Timers timers;
    auto field = make_force_field(start, lennard_jones(start), timers);
    std::vector<Vec3> before;
    double longest = 0.0;
    relax(field, settings, [&](const RelaxationProgress&) {
      std::vector<Vec3> unwrapped;
      for (std::size_t i = 0; i < field.atoms().n_owned; ++i) unwrapped.push_back(field.atoms().unwrapped(i));
      const auto now = in_id_order(field, unwrapped);
      for (std::size_t i = 0; i < before.size(); ++i) longest = std::max(longest, (now[i] - before[i]).norm());
      before = now;
      return true;
    });
    EXPECT_LE(longest, 0.02 * (1.0 + 1e-9));
    EXPECT_GT(longest, 0.015);
  }
}

}  // namespace
}  // namespace spinel
