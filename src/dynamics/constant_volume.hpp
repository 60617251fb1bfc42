#pragma once

#include <memory>

#include "dynamics/atom_mover.hpp"
#include "dynamics/integrator.hpp"
#include "dynamics/thermostat.hpp"

namespace spinel {

/// How far (Å) an atom may move in one step along x, y or z: half the cutoff. Without a cutoff: any distance.
double displacement_limit(const ForceField& force_field);

/// NVE: velocity Verlet (Swope et al., J. Chem. Phys. 76, 637 (1982)).
class ConstantEnergy : public Integrator {
 public:
  ConstantEnergy(ForceField& force_field, const DynamicsParameters& parameters, const UnitSystem& units,
                 const DegreesOfFreedom& dof);
  void start(const Targets&, const EnergyVirial&) override {}
  void first_half(std::int64_t step, const Targets&) override;
  void second_half(std::int64_t, const Targets&, const EnergyVirial&) override;
  void velocities_changed() override {}
  double reservoir_energy() const override { return 0.0; }
  void save(State&) const override {}
  void load(const State&) override {}

 private:
  AtomMover mover_;
  double timestep_, limit_;
};

/// NVT by a thermostat that scales velocities (Bussi, Nosé–Hoover chain), half a step of it on each side of velocity
/// Verlet. Conserved: energy of the atoms + energy of the thermostat.
class ScaledVelocities : public Integrator {
 public:
  ScaledVelocities(ForceField& force_field, const DynamicsParameters& parameters, const UnitSystem& units,
                   std::uint64_t seed, const DegreesOfFreedom& dof);
  void start(const Targets&, const EnergyVirial&) override { velocities_changed(); }
  void first_half(std::int64_t step, const Targets& targets) override;
  void second_half(std::int64_t step, const Targets& targets, const EnergyVirial&) override;
  void velocities_changed() override;
  double reservoir_energy() const override { return thermostat_->energy(); }
  void save(State& state) const override;
  void load(const State& state) override;

 private:
  AtomMover mover_;
  std::unique_ptr<Thermostat> thermostat_;
  double timestep_, limit_;
  double kinetic_ = 0.0;  // eV, of the velocities as they are
};

/// NVT by Langevin dynamics, m ẍ = F − m v/τ + noise: the BAOAB splitting (Leimkuhler & Matthews, Appl. Math. Res.
/// Express 2013, 34), which samples positions of a harmonic system exactly; the kinetic energy at whole steps is low
/// by a part (ω dt)²/4. The noise is keyed by step and atom id. Conserved: energy − heat that the noise brought.
class LangevinDynamics : public Integrator {
 public:
  LangevinDynamics(ForceField& force_field, const DynamicsParameters& parameters, const UnitSystem& units,
                   std::uint64_t seed, const DegreesOfFreedom& dof);
  void start(const Targets&, const EnergyVirial&) override {}
  void first_half(std::int64_t step, const Targets& targets) override;
  void second_half(std::int64_t, const Targets&, const EnergyVirial&) override;
  void velocities_changed() override {}
  double reservoir_energy() const override;
  void save(State& state) const override;
  void load(const State& state) override;

 private:
  const Communicator& communicator_;
  AtomMover mover_;
  Random random_;
  double timestep_, decay_, limit_;
  double heat_ = 0.0;  // eV, this rank's
};

/// A rank's own number in a State, and back: exact on the same number of ranks, on another the sum goes to rank 0.
std::vector<double> save_per_rank(const Communicator& communicator, double value);
double load_per_rank(const Communicator& communicator, const std::vector<double>& values);

}  // namespace spinel
