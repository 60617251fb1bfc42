// Ensembles against exact averages, and the order of the integrators. Small systems for long: one rank only.
#include <gtest/gtest.h>

#include <cmath>

#include "dynamics_support.hpp"

namespace spinel {
namespace {

using namespace testing_support;

class Statistics : public testing::Test {
 protected:
  void SetUp() override {
    if (Communicator::world().size() > 1) GTEST_SKIP() << "long averages of a small system: on one rank only";
  }
};

/// Root mean square of the change of the conserved quantity over a fixed time, also over noises where there are any.
double deviation(const Structure& s, DynamicsParameters parameters, double timestep, std::uint64_t seeds) {
  parameters.timestep = timestep;
  const int steps = static_cast<int>(std::lround(0.8 / timestep));
  double sum = 0.0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Simulation run(s, smooth_lennard_jones(s), parameters, Communicator::world(), 0.4, seed);
    const double start = run.md->observe().conserved;
    for (int k = 0; k < steps; ++k) {
      run.md->step(true);
      sum += std::pow(run.md->observe().conserved - start, 2);
    }
  }
  return std::sqrt(sum / (steps * static_cast<double>(seeds)));
}

TEST_F(Statistics, ConservedQuantitiesAreOfSecondOrder) {
  const Structure s = fcc(3, 0.9);
  for (const auto& parameters : all_ensembles()) {
    // With noise two timesteps give two trajectories, and only their averages compare.
    const bool deterministic = parameters.ensemble == "nve" || parameters.thermostat == "nose_hoover";
    const std::uint64_t seeds = deterministic ? 1 : 10;
    const double coarse = deviation(s, parameters, 0.004, seeds), fine = deviation(s, parameters, 0.002, seeds);
    EXPECT_LT(coarse, 0.3) << describe(parameters);
    EXPECT_NEAR(coarse / fine, 4.0, deterministic ? 0.4 : 1.5) << describe(parameters) << " " << coarse;
  }
}

/// An Einstein crystal of 8 atoms, one of them fixed, in its canonical ensemble: K and U are both sums of 21 squares.
TEST_F(Statistics, EinsteinCrystalIsCanonical) {
  const Structure s = fcc(1, 1.0, 2);
  Structure two = s;
  for (const Vec3& x : s.position) {
    two.position.push_back(x + Vec3(0.0, 0.0, s.cell(2, 2)));
    two.type.push_back(static_cast<std::int32_t>(two.position.size() % 2));
  }
  two.cell(2, 2) *= 2.0;
  for (const char* thermostat : {"bussi", "langevin"}) {
    auto parameters = dynamics("nvt", thermostat);
    parameters.timestep = 0.05;  // ω dt ≤ 0.05: kinetic energy at whole steps low by 0.06 %
    parameters.temperature = 0.01;
    parameters.thermostat_time = 1.0;
    parameters.fixed_ids = {1};
    Simulation run(two, std::make_shared<Springs>(two.position, 1.0), parameters);
    ASSERT_EQ(run.md->degrees_of_freedom().count(), 21.0);
    BlockAverage k1, k2, u1, u2;
    run.run(2000);
    for (int step = 0; step < 200000; ++step) {
      run.md->step(true);
      const auto now = run.md->observe();
      const double k = now.kinetic_energy / 0.01, u = now.potential_energy / 0.01;
      k1.add(k);
      k2.add((k - 10.5) * (k - 10.5));
      u1.add(u);
      u2.add((u - 10.5) * (u - 10.5));
    }
    // Bussi couples oscillators only through the total energy: it does not mix their phases, so only the sums are
    // canonical, which is what is tested.
    const std::string name = thermostat;
    expect_average(k1, 10.5, 0.15, name + " K");
    expect_average(k2, 10.5, 0.6, name + " var K");
    expect_average(u1, 10.5, 0.15, name + " U");
    expect_average(u2, 10.5, 0.6, name + " var U");
  }
}

TEST_F(Statistics, LiquidHasTheCanonicalKineticEnergy) {
  const Structure s = fcc(2, 0.8);
  for (const char* thermostat : {"bussi", "nose_hoover", "langevin"}) {
    auto parameters = dynamics("nvt", thermostat);
    parameters.temperature = 1.5;
    Simulation run(s, smooth_lennard_jones(s), parameters);
    const double dof = std::string(thermostat) == "langevin" ? 96.0 : 93.0;
    BlockAverage first, second;
    run.run(1000);
    for (int step = 0; step < 15000; ++step) {
      run.md->step(true);
      const double k = run.md->observe().kinetic_energy / 1.5;
      first.add(k);
      second.add((k - 0.5 * dof) * (k - 0.5 * dof));
    }
    expect_average(first, 0.5 * dof, 0.01 * dof, std::string(thermostat) + " K");
    expect_average(second, 0.5 * dof, 0.1 * dof, std::string(thermostat) + " var K");
  }
}

/// Volume of an ideal gas at constant pressure: Gamma distributed with shape N_f/3 + 1 and scale kT/P, where the total
/// momentum is conserved N_f = 3N − 3 and V has N − 1 free fractional positions.
TEST_F(Statistics, IdealGasVolumeIsIsobaric) {
  const Structure s = fcc(2, 1.0);
  for (const char* thermostat : {"bussi", "langevin"}) {
    auto parameters = dynamics("npt", thermostat);
    parameters.timestep = 0.02;
    parameters.thermostat_time = 0.2;
    parameters.barostat_time = 0.4;
    Simulation run(s, std::make_shared<IdealGas>(), parameters, Communicator::world(), 1.0);
    const double shape = std::string(thermostat) == "langevin" ? 33.0 : 32.0;
    BlockAverage first, second, cell;
    run.run(1000);
    for (int step = 0; step < 60000; ++step) {
      run.md->step(true);
      const auto now = run.md->observe();
      first.add(now.volume);
      second.add((now.volume - shape) * (now.volume - shape));
      cell.add(now.cell(0, 0) / now.cell(1, 1));
    }
    expect_average(first, shape, 0.01 * shape, std::string(thermostat) + " V");
    expect_average(second, shape, 0.1 * shape, std::string(thermostat) + " var V");
    EXPECT_NEAR(cell.estimate().mean, 1.0, 1e-9);  // isotropic coupling keeps the shape
    EXPECT_LT(cell.estimate().variance, 1e-18);
  }
}

TEST_F(Statistics, CrystalTakesTheTargetPressureInEveryComponent) {
  const Structure s = fcc(2, 1.0);
  for (const auto& [thermostat, coupling] : std::vector<std::pair<const char*, const char*>>{
           {"nose_hoover", "full"}, {"bussi", "full"}, {"langevin", "full"}, {"nose_hoover", "isotropic"}}) {
    auto parameters = dynamics("npt", thermostat, coupling);
    parameters.temperature = 0.3;
    parameters.pressure = 2.0;
    Simulation run(s, smooth_lennard_jones(s), parameters);
    const std::string name = describe(parameters);
    run.run(2000);
    std::array<BlockAverage, 6> pressure;
    BlockAverage mean, pv;
    for (int step = 0; step < 20000; ++step) {
      run.md->step(true);
      const auto now = run.md->observe();
      for (std::size_t k = 0; k < 6; ++k) pressure[k].add(now.pressure_tensor[k]);
      mean.add(now.pressure);
      pv.add((now.pressure - 2.0) * now.volume);
    }
    // Exact in this ensemble: ⟨P_ab⟩ = P δ_ab and ⟨(P_internal − P) V⟩ = −kT.
    expect_average(mean, 2.0, 0.05, name);
    expect_average(pv, -0.3, 1.0, name);
    if (parameters.coupling == "isotropic") continue;
    for (std::size_t k = 0; k < 6; ++k) expect_average(pressure[k], k < 3 ? 2.0 : 0.0, 0.1, name);
    // a stays along x, b in the xy plane.
    const Mat3 h = run.field.atoms().cell / s.cell(0, 0);
    EXPECT_EQ(h(0, 1), 0.0) << name;
    EXPECT_EQ(h(0, 2), 0.0) << name;
    EXPECT_EQ(h(1, 2), 0.0) << name;
    EXPECT_NE(h(2, 1), 0.0) << name;
  }
}

/// A free particle with friction: ⟨v(0) v(t)⟩ = (kT/m) exp(−t/τ).
TEST_F(Statistics, LangevinVelocityDecaysWithItsFriction) {
  const Structure s = fcc(3, 0.9);
  auto parameters = dynamics("nvt", "langevin");
  parameters.timestep = 0.05;
  parameters.thermostat_time = 0.5;
  Simulation run(s, std::make_shared<IdealGas>(), parameters);
  BlockAverage correlation, equal;
  std::vector<Vec3> before;
  for (int step = 1; step <= 4000; ++step) {
    run.md->step(false);
    const auto now = in_id_order(run.field, run.field.atoms().velocity);
    double c = 0.0, e = 0.0;
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (!before.empty()) c += now[i].dot(before[i]) / 324.0;
      e += now[i].squaredNorm() / 324.0;
    }
    if (!before.empty()) correlation.add(c);
    equal.add(e);
    before = now;
  }
  expect_average(equal, 1.0, 0.01, "v²");
  expect_average(correlation, std::exp(-0.1), 0.01, "v v");
}

}  // namespace
}  // namespace spinel
