#include "relax_support.hpp"

namespace spinel {
namespace {

using namespace testing_support;

constexpr double cutoff = 2.57;  // between the fifth and sixth shell, which both stay on their side

/// Enthalpy of one atom of an fcc crystal by its shells of neighbors: number and squared distance in units of a²/2.
double shell_enthalpy(double a, double pressure) {
  const int count[] = {12, 6, 24, 12, 24, 8, 48};
  double energy = 0.0;
  for (int n = 1; n <= 7; ++n) {
    const double r2 = 0.5 * n * a * a;
    if (r2 >= cutoff * cutoff) continue;
    const double s = 1.0 / (r2 * r2 * r2);
    energy += 0.5 * count[n - 1] * 4.0 * (s * s - s);
  }
  return energy + pressure * a * a * a / 4.0;
}

/// The lattice constant of least enthalpy, by golden section on the sum of shells.
double best_lattice_constant(double pressure) {
  double low = 1.4, high = 1.62;
  const double g = 0.5 * (std::sqrt(5.0) - 1.0);
  for (int k = 0; k < 60; ++k) {
    const double left = high - g * (high - low), right = low + g * (high - low);
    (shell_enthalpy(left, pressure) < shell_enthalpy(right, pressure) ? high : low) =
        shell_enthalpy(left, pressure) < shell_enthalpy(right, pressure) ? right : left;
  }
  return 0.5 * (low + high);
}

TEST(Crystal, RelaxesToTheLatticeConstantOfTheLatticeSum) {
  for (const double pressure : {0.0, 5.0, -1.0})
    for (const CellFreedom freedom : {CellFreedom::full, CellFreedom::isotropic})
      for (const std::string minimizer : {"lbfgs", "fire"}) {
        SCOPED_TRACE(minimizer + " " + std::to_string(pressure));
        Structure start = fcc(2, 1.56);
        if (freedom == CellFreedom::full) {
          Mat3 strain;
          strain << 0.01, 0.005, 0.0, 0.005, -0.01, 0.0, 0.0, 0.0, 0.0;
          start = strained(start, strain);
        }
        RelaxationSettings settings = tight(minimizer, freedom);
        settings.pressure = pressure;
        const Relaxed end =
            relaxed(start, settings, nullptr, Communicator::world(), lennard_jones(start, cutoff, "plain"));
        ASSERT_EQ(end.result.status, RelaxationStatus::converged) << end.result.reason;
        const double a = best_lattice_constant(pressure);
        EXPECT_NEAR(end.result.last.enthalpy / 32.0, shell_enthalpy(a, pressure), 1e-10);
        EXPECT_NEAR(end.result.last.volume, 8.0 * a * a * a, 1e-5);
        EXPECT_NEAR(end.structure.cell.determinant(), end.result.last.volume, 1e-12);
        const Mat3 metric = end.structure.cell * end.structure.cell.transpose();
        EXPECT_LT((metric - 4.0 * a * a * Mat3::Identity()).cwiseAbs().maxCoeff(), 1e-5);
        for (std::size_t k = 0; k < 3; ++k) {
          EXPECT_NEAR(end.result.stress[k], -pressure, 1e-6);
          EXPECT_NEAR(end.result.stress[k + 3], 0.0, 1e-6);
        }
      }
}

TEST(Crystal, ReportsEnergyForcesAndStressOfTheLastPoint) {
  Structure start = fcc(2, 1.5);
  rattle(start, 0.03, 1);
  start.fixed.assign(start.size(), 0);
  start.fixed[3] = 7;  // the largest force may sit on a fixed atom
  RelaxationSettings settings = tight("lbfgs", CellFreedom::full);
  settings.pressure = 0.7;
  settings.max_evaluations = 6;
  Timers timers;
  auto field = make_force_field(start, lennard_jones(start), timers);
  const RelaxationResult result = relax(field, settings, nullptr);
  const EnergyVirial now = field.update({});
  EXPECT_NEAR(result.last.energy, now.energy, 1e-10);
  EXPECT_NEAR(result.last.enthalpy, now.energy + 0.7 * field.atoms().volume(), 1e-10);
  double smax = 0.0, fmax = 0.0;
  for (std::size_t k = 0; k < 6; ++k) {
    EXPECT_NEAR(result.stress[k], -now.virial[k] / field.atoms().volume(), 1e-11);
    smax = std::max(smax, std::abs(result.stress[k] + (k < 3 ? 0.7 : 0.0)));
  }
  const auto force = in_id_order(field, field.forces());
  for (std::size_t i = 0; i < force.size(); ++i)
    if (i != 3) fmax = std::max(fmax, force[i].norm());
  EXPECT_NEAR(result.last.smax, smax, 1e-10);
  EXPECT_NEAR(result.last.fmax, fmax, 1e-10);
}

TEST(Crystal, AnythingMoreThanOneAtomACellAndLargerThanTheCutoffIsNotNeeded) {
  // The primitive cell: one atom, half the cutoff wide.
  Structure start;
  start.cell << 0.0, 0.79, 0.78, 0.77, 0.01, 0.78, 0.78, 0.78, 0.0;
  start.species = {{"Ar", 18, 39.95}};
  start.type = {0};
  start.position = {Vec3(0.1, 0.2, 0.3)};
  const Relaxed end = relaxed(start, tight("lbfgs", CellFreedom::full), nullptr, Communicator::world(),
                              lennard_jones(start, cutoff, "plain"));
  ASSERT_EQ(end.result.status, RelaxationStatus::converged) << end.result.reason;
  EXPECT_NEAR(end.result.last.energy, shell_enthalpy(best_lattice_constant(0.0), 0.0), 1e-10);
}

}  // namespace
}  // namespace spinel
