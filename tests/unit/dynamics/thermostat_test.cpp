#include "dynamics/thermostat.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "dynamics/analysis/block_average.hpp"

namespace spinel {
namespace {

/// Within five standard errors, and the errors small enough for that to mean something.
void expect_mean(const BlockAverage& average, double exact, double relative_error, const char* what) {
  const auto e = average.estimate();
  EXPECT_LT(e.error, relative_error * std::abs(exact)) << what;
  EXPECT_NEAR(e.mean, exact, 5.0 * e.error) << what;
}

TEST(BussiThermostat, KineticEnergyIsCanonicalAndRelaxesAsSaid) {
  const UnitSystem& units = UnitSystem::lj();
  for (const double dof : {1.0, 2.0, 9.0, 300.0}) {
    BussiThermostat thermostat(dof, 2.0, units, Random(5, RandomPurpose::bussi));
    const double temperature = 1.7, mean = 0.5 * dof * temperature;
    double kinetic = mean;
    BlockAverage first, second, correlation;
    for (int step = 0; step < 200000; ++step) {
      const double before = kinetic;
      const double scale = thermostat.scale(kinetic, temperature, 1.0, step, 0);
      kinetic *= scale * scale;
      first.add(kinetic);
      second.add((kinetic - mean) * (kinetic - mean));
      correlation.add((kinetic - mean) * (before - mean));
    }
    const double variance = 0.5 * dof * temperature * temperature;
    expect_mean(first, mean, 0.01, "mean");
    expect_mean(second, variance, 0.05, "variance");
    // Bussi 2007: the kinetic energy decorrelates as exp(−t/τ).
    expect_mean(correlation, variance * std::exp(-0.5), 0.05, "correlation");
    EXPECT_NEAR(thermostat.energy(), mean - kinetic, 1e-8 * mean);
  }
}

TEST(BussiThermostat, OneDegreeOfFreedomIsOrnsteinUhlenbeck) {
  BussiThermostat thermostat(1.0, 1.0, UnitSystem::lj(), Random(6, RandomPurpose::bussi));
  double v = 1.0;
  BlockAverage velocity, correlation;
  for (int step = 0; step < 200000; ++step) {
    const double before = v;
    v *= thermostat.scale(0.5 * v * v, 1.0, 0.3, step, 0);
    velocity.add(v);
    correlation.add(v * before);
  }
  const auto e = velocity.estimate();
  EXPECT_LT(e.error, 0.02);
  EXPECT_NEAR(e.mean, 0.0, 4.0 * e.error);  // without the sign the velocity would never change direction
  expect_mean(correlation, std::exp(-0.15), 0.02, "v(0) v(t)");
}

TEST(BussiThermostat, LeavesAtomsAtRestAlone) {
  BussiThermostat thermostat(3.0, 1.0, UnitSystem::lj(), Random(6, RandomPurpose::bussi));
  EXPECT_EQ(thermostat.scale(0.0, 1.0, 0.1, 1, 0), 1.0);
  EXPECT_EQ(thermostat.energy(), 0.0);
}

/// One harmonic oscillator with a Nosé–Hoover chain: the classic case that a single thermostat fails and a chain
/// passes.
struct ChainedOscillator {
  ChainedOscillator(double dt, std::int64_t length) : timestep(dt), chain(1.0, 1.0, length, UnitSystem::lj()) {}
  void step(double temperature = 1.0) {
    v *= chain.scale(0.5 * v * v, temperature, 0.5 * timestep, 0, 0);
    v -= 0.5 * timestep * x;
    x += timestep * v;
    v -= 0.5 * timestep * x;
    v *= chain.scale(0.5 * v * v, temperature, 0.5 * timestep, 0, 1);
  }
  double conserved() const { return 0.5 * v * v + 0.5 * x * x + chain.energy(); }
  double timestep, x = 0.0, v = 1.0;
  NoseHooverChain chain;
};

TEST(NoseHooverChain, SamplesTheCanonicalDistributionOfAnOscillator) {
  ChainedOscillator oscillator(0.05, 3);
  BlockAverage x2, v2, x4, v4;
  for (int k = 0; k < 1000000; ++k) {
    oscillator.step();
    const double xx = oscillator.x * oscillator.x, vv = oscillator.v * oscillator.v;
    x2.add(xx);
    v2.add(vv);
    x4.add(xx * xx);
    v4.add(vv * vv);
  }
  // ω dt = 0.05: the discretisation shifts these by about 0.06 %.
  expect_mean(x2, 1.0, 0.02, "x²");
  expect_mean(v2, 1.0, 0.02, "v²");
  expect_mean(x4, 3.0, 0.03, "x⁴");
  expect_mean(v4, 3.0, 0.03, "v⁴");
}

/// Root mean square of the change of the conserved quantity over a time too short for chaos to drive the runs apart.
double deviation(double dt, bool ramp) {
  ChainedOscillator oscillator(dt, 3);
  oscillator.chain.scale(0.0, 1.0, 0.0, 0, 0);
  const double start = oscillator.conserved();
  double sum = 0.0;
  const int steps = static_cast<int>(std::lround(20.0 / dt));
  for (int k = 1; k <= steps; ++k) {
    oscillator.step(ramp ? 1.0 + 2.0 * k / steps : 1.0);
    sum += std::pow(oscillator.conserved() - start, 2);
  }
  return std::sqrt(sum / steps);
}

TEST(NoseHooverChain, ConservedQuantityIsOfSecondOrderAlsoInARamp) {
  for (const bool ramp : {false, true}) {
    const double coarse = deviation(0.02, ramp), fine = deviation(0.01, ramp);
    EXPECT_LT(coarse, 2e-3);
    EXPECT_NEAR(coarse / fine, 4.0, 0.4) << ramp;
  }
}

TEST(Thermostat, SavedStateContinuesBitwise) {
  const UnitSystem& units = UnitSystem::metal();
  DynamicsParameters parameters;
  for (const char* kind : {"bussi", "nose_hoover"}) {
    parameters.thermostat = kind;
    const Random random(3, RandomPurpose::bussi);
    auto whole = make_thermostat(parameters, 12.0, 100.0, units, random);
    double kinetic = 0.3;
    for (int step = 1; step <= 10; ++step) kinetic *= std::pow(whole->scale(kinetic, 300.0, 1.0, step, 0), 2);
    auto restored = make_thermostat(parameters, 12.0, 100.0, units, random);
    restored->load(whole->save());
    EXPECT_EQ(restored->energy(), whole->energy());
    EXPECT_EQ(restored->scale(kinetic, 310.0, 1.0, 11, 0), whole->scale(kinetic, 310.0, 1.0, 11, 0));
    EXPECT_EQ(restored->save(), whole->save());
  }
}

TEST(Thermostat, RefusesTheStateOfAnother) {
  NoseHooverChain chain(3.0, 1.0, 3, UnitSystem::lj());
  EXPECT_THROW(chain.load({1.0}), Error);
  DynamicsParameters parameters;
  parameters.thermostat = "andersen";
  EXPECT_THROW(make_thermostat(parameters, 3.0, 1.0, UnitSystem::lj(), Random(1, RandomPurpose::bussi)), InputError);
}

}  // namespace
}  // namespace spinel
