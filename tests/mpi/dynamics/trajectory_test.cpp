// What holds on any number of ranks: exact trajectories, the same trajectory on every number of ranks, continuation.
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "dynamics/analysis/analysis.hpp"
#include "dynamics_support.hpp"

namespace spinel {
namespace {

using namespace testing_support;

std::vector<Vec3> unwrapped_in_id_order(const ForceField& field) {
  std::vector<Vec3> x(field.atoms().n_owned);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = field.atoms().unwrapped(i);
  return in_id_order(field, x);
}

TEST(Trajectory, HarmonicOscillatorsFollowTheExactDiscreteSolution) {
  Structure s = fcc(2, 1.0, 2);
  const auto sites = s.position;
  const double constant = 3.0, dt = 0.1;
  for (std::size_t i = 0; i < s.size(); ++i) {
    s.position[i] += Vec3(0.1, 0.02 * static_cast<double>(i % 7), -0.05);
    s.velocity.push_back(Vec3(0.2, -0.1, 0.01 * static_cast<double>(i % 5)));
  }
  auto parameters = dynamics("nve");
  parameters.timestep = dt;
  Simulation run(s, std::make_shared<Springs>(sites, constant), parameters);
  constexpr int steps = 500;
  run.run(steps);
  const auto x = unwrapped_in_id_order(run.field);
  for (std::size_t i = 0; i < s.size(); ++i) {
    // Velocity Verlet of x'' = −ω²x: cos θ = 1 − ω²dt²/2, x_n = x₀ cos nθ + v₀ sin nθ/(ω √(1 − ω²dt²/4)).
    const double w = std::sqrt(constant / s.species[static_cast<std::size_t>(s.type[i])].mass);
    const double theta = std::acos(1.0 - 0.5 * w * w * dt * dt);
    const Vec3 exact = sites[i] + (s.position[i] - sites[i]) * std::cos(steps * theta) +
                       s.velocity[i] * std::sin(steps * theta) / (w * std::sqrt(1.0 - 0.25 * w * w * dt * dt));
    EXPECT_LT((x[i] - exact).norm(), 1e-11) << i;
  }
}

TEST(Trajectory, SameOnEveryNumberOfRanks) {
  const auto world = Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "compares several ranks with one";
  const Structure s = fcc(4, 0.9, 2);
  for (const auto& parameters : all_ensembles()) {
    Simulation many(s, smooth_lennard_jones(s), parameters);
    Simulation one(s, smooth_lennard_jones(s), parameters, Communicator::self());
    const auto a = many.run(50), b = one.run(50);
    EXPECT_NEAR(a.conserved, b.conserved, 1e-9 * std::abs(b.conserved)) << describe(parameters);
    EXPECT_NEAR(a.pressure, b.pressure, 1e-9) << describe(parameters);
    EXPECT_LT((a.cell - b.cell).norm(), 1e-10) << describe(parameters);
    const auto x = unwrapped_in_id_order(many.field), y = unwrapped_in_id_order(one.field);
    const auto v = in_id_order(many.field, many.field.atoms().velocity);
    const auto w = in_id_order(one.field, one.field.atoms().velocity);
    double dx = 0.0, dv = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      dx = std::max(dx, (x[i] - y[i]).norm());
      dv = std::max(dv, (v[i] - w[i]).norm());
    }
    EXPECT_LT(dx, 1e-10) << describe(parameters);
    EXPECT_LT(dv, 1e-9) << describe(parameters);
  }
}

/// Everything a checkpoint holds, and a simulation made from it.
struct Checkpoint {
  explicit Checkpoint(Simulation& run, const Analysis& analysis)
      : atoms(run.field.atoms()),
        grid(run.field.halo().decomposition().grid()),
        cuts(run.field.halo().decomposition().cuts()),
        counts(run.field.counts()) {
    atoms.n_ghost = 0;
    atoms.position.resize(atoms.n_owned);
    atoms.type.resize(atoms.n_owned);
    atoms.id.resize(atoms.n_owned);
    state = run.md->save();
    analysis.save(state);
  }
  LocalAtoms atoms;
  Int3 grid;
  std::vector<double> cuts;
  BuildCounts counts;
  State state;
};

AnalysisParameters everything() {
  AnalysisParameters a;
  a.equilibration_steps = 3;
  a.rdf_every = 4;
  a.rdf_bins = 50;
  a.msd_every = 3;
  a.msd_window = 12;
  a.vacf_every = 2;
  a.vacf_window = 10;
  return a;
}

TEST(Trajectory, RestoredRunContinuesBitwise) {
  const auto world = Communicator::world();
  const Structure s = fcc(3, 0.9, 2);
  const auto potential = smooth_lennard_jones(s);
  for (auto parameters : all_ensembles()) {
    parameters.steps = 60;
    parameters.temperature_end = 1.6;
    parameters.pressure_ramp = true;
    parameters.pressure_end = 3.0;
    parameters.remove_drift_every = 7;
    Simulation whole(s, potential, parameters, world, 0.15);
    Analysis whole_analysis(whole.field, everything(), parameters.timestep);
    const auto advance = [](MolecularDynamics& md, Analysis& analysis, int to) {
      while (md.current_step() < to) {
        md.step((md.current_step() + 1) % 5 == 0);
        analysis.sample(md.current_step());
        if (md.current_step() % 5 == 0) analysis.add(md.observe());
      }
    };
    whole_analysis.sample(0);
    advance(*whole.md, whole_analysis, 31);
    const Checkpoint checkpoint(whole, whole_analysis);
    advance(*whole.md, whole_analysis, 60);
    ASSERT_GT(whole.field.counts().builds, 2) << "the run must rebuild lists to be a test";

    Timers timers;
    Decomposition decomposition(world.size(), checkpoint.atoms.cell, checkpoint.atoms.periodic, checkpoint.grid);
    decomposition.set_cuts(checkpoint.cuts);
    NeighborParameters neighbor;
    neighbor.skin = 0.15;
    ForceField field(checkpoint.atoms, Halo(world, decomposition), potential, neighbor, ParallelParameters{}, timers);
    field.rebuild_as_checkpointed(checkpoint.counts);
    MolecularDynamics md(field, parameters, UnitSystem::lj(), 7, 31);
    md.load(checkpoint.state);
    Analysis analysis(field, everything(), parameters.timestep);
    analysis.load(checkpoint.state);
    advance(md, analysis, 60);

    const LocalAtoms &a = whole.field.atoms(), &b = field.atoms();
    ASSERT_EQ(a.n_owned, b.n_owned) << describe(parameters);
    EXPECT_EQ(a.cell, b.cell) << describe(parameters);
    for (std::size_t i = 0; i < a.n_owned; ++i) {
      ASSERT_EQ(a.id[i], b.id[i]);
      ASSERT_EQ(a.position[i], b.position[i]) << describe(parameters) << " atom " << a.id[i];
      ASSERT_EQ(a.velocity[i], b.velocity[i]) << describe(parameters) << " atom " << a.id[i];
    }
    State end = whole.md->save(), restored_end = md.save();
    whole_analysis.save(end);
    analysis.save(restored_end);
    EXPECT_EQ(end, restored_end) << describe(parameters);
    EXPECT_EQ(whole.md->observe().conserved, md.observe().conserved) << describe(parameters);
  }
}

TEST(Trajectory, FixedAtomsAndComponentsNeverMove) {
  Structure s = fcc(3, 0.9, 2);
  s.fixed.assign(s.size(), 0);
  s.fixed[10] = 1;  // x only
  s.fixed[20] = 6;  // y and z
  for (auto parameters : all_ensembles()) {
    if (parameters.ensemble == "npt") continue;
    parameters.fixed_ids = {1, 108};
    Simulation run(s, smooth_lennard_jones(s), parameters);
    EXPECT_EQ(run.md->degrees_of_freedom().count(), 3.0 * 108 - 9) << describe(parameters);
    run.run(100);
    const auto x = unwrapped_in_id_order(run.field);
    const auto v = in_id_order(run.field, run.field.atoms().velocity);
    for (std::size_t i : {0, 107}) {
      // A wrap changes position and image together, which costs a rounding.
      EXPECT_LT((x[i] - s.position[i]).norm(), 1e-14) << describe(parameters);
      EXPECT_EQ(v[i], Vec3::Zero());
    }
    EXPECT_LT(std::abs(x[10][0] - s.position[10][0]), 1e-14);
    EXPECT_GT(std::abs(x[10][1] - s.position[10][1]), 1e-3);
    EXPECT_LT((x[20] - s.position[20]).tail<2>().norm(), 1e-14);
    EXPECT_GT(std::abs(x[20][0] - s.position[20][0]), 1e-3);
    EXPECT_GT((x[50] - s.position[50]).norm(), 1e-3);
  }
}

TEST(Trajectory, VelocitiesAreMaxwellianAtTheTemperatureOnAnyNumberOfRanks) {
  const Structure s = fcc(5, 0.9, 2);
  const auto world = Communicator::world();
  auto parameters = dynamics("nve");
  parameters.temperature = 300.0;
  parameters.initial_temperature = 450.0;
  Timers timers;
  auto field = make_force_field(s, std::make_shared<IdealGas>(), timers);
  const UnitSystem& units = UnitSystem::metal();
  initialize_velocities(field.atoms(), world, parameters, units, 99, false);
  MolecularDynamics md(field, parameters, units, 99);
  const auto now = md.observe();
  EXPECT_NEAR(now.temperature, 450.0, 1e-9);
  EXPECT_NEAR(now.kinetic_energy, 0.5 * (3 * 500 - 3) * units.boltzmann * 450.0, 1e-10);
  EXPECT_LT(now.drift.norm(), 1e-16);
  const auto v = in_id_order(field, field.atoms().velocity);
  double light = 0.0, fourth = 0.0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    const double sigma2 =
        units.boltzmann * 450.0 / (s.species[static_cast<std::size_t>(s.type[i])].mass * units.kinetic);
    if (s.type[i] == 0) light += v[i].squaredNorm() / (3.0 * sigma2) / 250.0;
    for (int k = 0; k < 3; ++k) fourth += std::pow(v[i][k], 4) / (sigma2 * sigma2) / 1500.0;
  }
  EXPECT_NEAR(light, 1.0, 4.0 * std::sqrt(2.0 / 750.0));     // equipartition between the species
  EXPECT_NEAR(fourth, 3.0, 4.0 * std::sqrt(96.0 / 1500.0));  // Gaussian: ⟨v⁴⟩ = 3σ⁴

  auto alone = make_force_field(s, std::make_shared<IdealGas>(), timers, Communicator::self());
  initialize_velocities(alone.atoms(), Communicator::self(), parameters, units, 99, false);
  const auto w = in_id_order(alone, alone.atoms().velocity);
  for (std::size_t i = 0; i < v.size(); ++i) EXPECT_LT((v[i] - w[i]).norm(), 1e-15);
}

TEST(Trajectory, RampsReachTheirEndAndTargetsAreLinear) {
  const Structure s = fcc(3, 0.9);
  auto parameters = dynamics("npt", "bussi");
  parameters.temperature = 0.5;
  parameters.temperature_end = 1.5;
  parameters.pressure = 1.0;
  parameters.pressure_ramp = true;
  parameters.pressure_end = 5.0;
  parameters.steps = 400;
  parameters.thermostat_time = 0.02;
  Simulation run(s, smooth_lennard_jones(s), parameters);
  EXPECT_DOUBLE_EQ(run.md->targets(100).temperature, 0.75);
  EXPECT_DOUBLE_EQ(run.md->targets(100).pressure, 2.0);
  EXPECT_DOUBLE_EQ(run.md->targets(1000).temperature, 1.5);
  const double start = run.md->observe().conserved;
  const auto end = run.run(400);
  EXPECT_NEAR(end.temperature, 1.5, 0.4);  // the canonical spread for 321 degrees of freedom is 0.12
  EXPECT_NEAR(end.conserved, start, 5e-3 * 108);
}

TEST(Trajectory, WrongSettingsAreInputErrors) {
  const Structure s = fcc(2, 0.9);
  const auto fails_with = [&](DynamicsParameters p, const std::string& words, bool slab = false) {
    Structure changed = s;
    if (slab) changed.periodic = {true, true, false};
    try {
      Simulation run(changed, std::make_shared<IdealGas>(), p);
      ADD_FAILURE() << "no error about " << words;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  };
  fails_with(dynamics("npt"), "lattice vector c is not", true);
  auto p = dynamics("npt");
  p.fixed_ids = {3};
  fails_with(p, "cannot hold atoms fixed");
  p = dynamics("nve");
  p.fixed_ids = {33};
  fails_with(p, "atoms 1 to 32");
  p = dynamics("nve");
  p.fixed_species = {"Xe"};
  fails_with(p, "'Xe'");
  p = dynamics("nve");
  p.initial_velocities = "file";
  fails_with(p, "holds no velocities");
  p = dynamics("nvt", "nose_hoover");
  p.temperature_end = 0.0;
  fails_with(p, "above zero");
  p = dynamics("nvt");
  p.fixed_species = {"Ar"};
  fails_with(p, "no degrees of freedom");
}

TEST(Trajectory, ExplosionsAreReported) {
  Structure s = fcc(3, 0.9);
  auto p = dynamics("nve");
  // The rank that owns the atom throws; with several ranks the others would wait for it.
  if (Communicator::world().size() == 1) {
    s.velocity.assign(s.size(), Vec3::Zero());
    s.velocity[41] = Vec3(250.0, 0.0, 0.0);
    Simulation run(s, smooth_lennard_jones(s), p);
    try {
      run.run(1);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("step 1: atom 42 (Ar) moved"), std::string::npos) << error.what();
    }
    s.velocity.clear();
  }
  // Found in sums over all ranks, so that all of them throw.
  auto hot = dynamics("nvt");
  hot.temperature = 1e4;
  try {
    Simulation run(s, smooth_lennard_jones(s), hot);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("the run explodes"), std::string::npos) << error.what();
  }
  s.position[5] = s.position[6];
  try {
    Simulation run(s, smooth_lennard_jones(s), dynamics("nvt"));
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("step 0: the energy or pressure is not a number"), std::string::npos) << text;
    EXPECT_TRUE(text.find("on atom 6.") != std::string::npos || text.find("on atom 7.") != std::string::npos) << text;
  }
}

}  // namespace
}  // namespace spinel
