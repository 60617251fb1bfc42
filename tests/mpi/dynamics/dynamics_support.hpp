#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "../force_fields.hpp"
#include "dynamics/analysis/block_average.hpp"
#include "dynamics/molecular_dynamics.hpp"
#include "potential/lennard_jones.hpp"

namespace spinel::testing_support {

/// No forces at all.
class IdealGas final : public Potential {
 public:
  double cutoff() const override { return 1.0; }
  GhostNeeds ghost_needs() const override { return {}; }
  EnergyVirial compute(const LocalAtoms&, const NeighborList&, Halo&, Wanted, Forces& forces) override {
    std::fill(forces.begin(), forces.end(), Vec3::Zero());
    return {};
  }
};

/// An Einstein crystal: every atom on a spring to its site, U = ½ k |x − site|². It holds the total momentum no more
/// than walls do, so tests fix one atom to have that counted right.
class Springs final : public Potential {
 public:
  Springs(std::vector<Vec3> sites, double constant) : sites_(std::move(sites)), constant_(constant) {}
  double cutoff() const override { return 1.0; }
  GhostNeeds ghost_needs() const override { return {}; }
  EnergyVirial compute(const LocalAtoms& atoms, const NeighborList&, Halo&, Wanted, Forces& forces) override {
    EnergyVirial result;
    for (std::size_t i = 0; i < atoms.n_owned; ++i) {
      const Vec3 moved = atoms.unwrapped(i) - sites_[static_cast<std::size_t>(atoms.id[i])];
      forces[i] = -constant_ * moved;
      result.energy += 0.5 * constant_ * moved.squaredNorm();
    }
    return result;
  }

 private:
  std::vector<Vec3> sites_;
  double constant_;
};

/// n³ cells of an fcc crystal of so many atoms per volume, species alternating over n_species.
inline Structure fcc(int n, double density, std::size_t n_species = 1) {
  const double a = std::cbrt(4.0 / density);
  Structure s;
  s.cell = n * a * Mat3::Identity();
  const char* symbols[] = {"Ar", "Kr"};
  for (std::size_t k = 0; k < n_species; ++k) s.species.push_back({symbols[k], 0, 1.0 + static_cast<double>(k)});
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k)
        for (const Vec3& basis : {Vec3(0, 0, 0), Vec3(0, 0.5, 0.5), Vec3(0.5, 0, 0.5), Vec3(0.5, 0.5, 0)}) {
          s.position.push_back(a * (Vec3(i, j, k) + basis));
          s.type.push_back(static_cast<std::int32_t>(s.position.size() % n_species));
        }
  return s;
}

/// Lennard-Jones with a smooth cutoff, so that energy conservation is the integrator's alone; for Ar and Kr.
inline std::shared_ptr<Potential> smooth_lennard_jones(const Structure& structure, double cutoff = 1.8) {
  PotentialParameters p;
  p.style = "lennard_jones";
  p.pairs = {"Ar-Ar"};
  p.epsilon = {1.0};
  p.sigma = {1.0};
  p.cutoff = {cutoff};
  if (structure.species.size() > 1) {
    p.pairs.push_back("Kr-Kr");
    p.epsilon.push_back(0.8);
    p.sigma.push_back(1.05);
  }
  p.truncation = "smooth";
  p.smooth_width = 0.5;
  return std::make_shared<LennardJones>(p, structure.species);
}

inline DynamicsParameters dynamics(const std::string& ensemble, const std::string& thermostat = "bussi",
                                   const std::string& coupling = "isotropic") {
  DynamicsParameters p;
  p.ensemble = ensemble;
  p.thermostat = thermostat;
  p.coupling = coupling;
  p.timestep = 0.004;
  p.temperature = 1.0;
  p.thermostat_time = 0.2;
  p.barostat_time = 0.5;
  p.pressure = 1.0;
  return p;
}

/// Every ensemble with every thermostat.
inline std::vector<DynamicsParameters> all_ensembles() {
  std::vector<DynamicsParameters> all{dynamics("nve")};
  for (const char* thermostat : {"bussi", "nose_hoover", "langevin"}) {
    all.push_back(dynamics("nvt", thermostat));
    all.push_back(dynamics("npt", thermostat, "isotropic"));
    all.push_back(dynamics("npt", thermostat, "full"));
  }
  return all;
}
inline std::string describe(const DynamicsParameters& p) { return p.ensemble + " " + p.thermostat + " " + p.coupling; }

/// A whole simulation in reduced units with velocities drawn.
struct Simulation {
  Simulation(const Structure& structure, std::shared_ptr<Potential> potential, const DynamicsParameters& parameters,
             const Communicator& communicator = Communicator::world(), double skin = 0.4, std::uint64_t seed = 7)
      : field(make_force_field(structure, std::move(potential), timers, communicator, skin)) {
    mark_fixed(field.atoms(), parameters);
    initialize_velocities(field.atoms(), communicator, parameters, UnitSystem::lj(), seed, !structure.velocity.empty());
    md = std::make_unique<MolecularDynamics>(field, parameters, UnitSystem::lj(), seed);
  }
  Observation run(int steps) {
    for (int k = 1; k <= steps; ++k) md->step(k == steps);
    return md->observe();
  }
  Timers timers;
  ForceField field;
  std::unique_ptr<MolecularDynamics> md;
};

/// Within five standard errors of the exact value (the errors are estimates too), and the error at most `resolution`,
/// or the test would show nothing.
inline void expect_average(const BlockAverage& average, double exact, double resolution, const std::string& what) {
  const auto e = average.estimate();
  EXPECT_LT(e.error, resolution) << what;
  EXPECT_NEAR(e.mean, exact, 5.0 * e.error) << what << ", error " << e.error;
}

}  // namespace spinel::testing_support
