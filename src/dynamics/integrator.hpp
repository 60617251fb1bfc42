#pragma once

#include <cstdint>
#include <memory>

#include "core/units.hpp"
#include "dynamics/state.hpp"
#include "dynamics/velocities.hpp"
#include "input/parameters.hpp"
#include "potential/force_field.hpp"

namespace spinel {

/// What thermostat and barostat aim at during one step.
struct Targets {
  double temperature;  ///< K
  double pressure;     ///< eV/Å³
};

/// Moves the atoms of a ForceField (and its cell) by one timestep: first_half takes positions to the end of the step,
/// the caller updates the forces, second_half takes the velocities there. All verbs are collective.
class Integrator {
 public:
  virtual ~Integrator() = default;
  /// Once, with the forces of the start known.
  virtual void start(const Targets& targets, const EnergyVirial& forces) = 0;
  /// From step − 1 to the positions of `step`. Throws Error, on the rank that owns it, where an atom moves further
  /// than half the cutoff.
  virtual void first_half(std::int64_t step, const Targets& targets) = 0;
  virtual void second_half(std::int64_t step, const Targets& targets, const EnergyVirial& forces) = 0;
  /// Does every step need the virial?
  virtual bool needs_virial() const { return false; }
  /// Velocities were changed from outside (drift removal).
  virtual void velocities_changed() = 0;
  /// What must be added to the total energy of the atoms to give the conserved quantity, eV.
  virtual double reservoir_energy() const = 0;
  virtual void save(State& state) const = 0;
  virtual void load(const State& state) = 0;
};

/// The integrator of &dynamics: ensemble, thermostat, coupling. Throws InputError where they do not fit each other, the
/// cell, or the atoms.
std::unique_ptr<Integrator> make_integrator(ForceField& force_field, const DynamicsParameters& parameters,
                                            const UnitSystem& units, std::uint64_t seed, const DegreesOfFreedom& dof);

}  // namespace spinel
