#pragma once

#include <cstdint>
#include <memory>

#include "core/units.hpp"
#include "dynamics/integrator.hpp"
#include "dynamics/observation.hpp"
#include "dynamics/state.hpp"
#include "dynamics/velocities.hpp"
#include "input/parameters.hpp"
#include "potential/force_field.hpp"

namespace spinel {

/// Molecular dynamics of the atoms of a ForceField, one step at a time. Emits numbers and opens no files: what to
/// write and when is the caller's. Every verb is collective.
///
/// Targets ramp linearly from temperature to temperature_end, and pressure to pressure_end, over steps 0 … `steps`,
/// whatever step the run continues from. Equations and citations: doc/dynamics.md and the integrators' headers.
class MolecularDynamics {
 public:
  /// Computes the forces of the start. Velocities are those in atoms.velocity (initialize_velocities). To continue,
  /// restore the ForceField first, then call load. Throws InputError where ensemble and atoms do not fit.
  MolecularDynamics(ForceField& force_field, const DynamicsParameters& parameters, const UnitSystem& units,
                    std::uint64_t seed, std::int64_t first_step = 0);

  std::int64_t current_step() const { return step_; }
  const DegreesOfFreedom& degrees_of_freedom() const { return dof_; }
  ForceField& force_field() { return force_field_; }
  const UnitSystem& units() const { return units_; }
  double timestep() const { return parameters_.timestep; }  ///< fs

  /// Advances by one timestep. `observed`: observe() will be called after it; other steps skip the energy, and the
  /// virial where the ensemble needs none. Throws Error naming step and atom where an atom moves further than half the
  /// cutoff in one step, where the mean step of all is more than a tenth of it, and where a force or energy is not a
  /// number.
  void step(bool observed);
  /// The thermodynamics of the present step, which must be the start or one stepped with observed = true.
  Observation observe();

  Targets targets(std::int64_t step) const;

  /// Everything besides LocalAtoms and BuildCounts that a bitwise continuation needs.
  State save() const;
  void load(const State& state);

 private:
  void check(const Observation& now) const;
  [[noreturn]] void fail_at_worst_atom(const std::string& what) const;

  ForceField& force_field_;
  DynamicsParameters parameters_;
  const UnitSystem& units_;
  DegreesOfFreedom dof_;
  std::unique_ptr<Integrator> integrator_;
  std::int64_t step_;
  bool observed_ = true;
  EnergyVirial energy_;
  double removed_ = 0.0;     // eV, kinetic energy taken out with the drift
  double total_mass_ = 0.0;  // amu
};

}  // namespace spinel
