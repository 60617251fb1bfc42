#include "dynamics/integrator.hpp"

#include "core/error.hpp"
#include "dynamics/constant_pressure.hpp"
#include "dynamics/constant_volume.hpp"

namespace spinel {

namespace {

void validate(const LocalAtoms& atoms, const DynamicsParameters& p, const DegreesOfFreedom& dof) {
  if (!(p.timestep > 0.0)) fail_input("timestep must be positive");
  if (p.ensemble == "nve") return;
  const double end = p.temperature_end >= 0.0 ? p.temperature_end : p.temperature;
  if (!(p.thermostat_time > 0.0)) fail_input("thermostat_time must be positive");
  if (p.temperature < 0.0) fail_input("temperature must not be negative");
  if (p.thermostat == "nose_hoover" && (p.temperature <= 0.0 || end <= 0.0))
    fail_input("thermostat = 'nose_hoover' needs temperatures above zero");
  if (p.thermostat == "nose_hoover" && p.chain_length < 1) fail_input("chain_length must be at least 1");
  if (dof.count() < 1.0)
    fail_input("ensemble = '{}': the atoms have no degrees of freedom left for a thermostat", p.ensemble);
  if (p.ensemble == "nvt") return;
  if (p.ensemble != "npt") fail_input("unknown ensemble '{}': nve, nvt or npt", p.ensemble);
  if (p.temperature <= 0.0 || end <= 0.0) fail_input("ensemble = 'npt' needs temperatures above zero");
  if (!(p.barostat_time > 0.0)) fail_input("barostat_time must be positive");
  if (p.coupling != "isotropic" && p.coupling != "full")
    fail_input("unknown coupling '{}': isotropic or full", p.coupling);
  for (std::size_t k = 0; k < 3; ++k)
    if (!atoms.periodic[k])
      fail_input("ensemble = 'npt' needs a cell periodic in all directions; lattice vector {} is not", "abc"[k]);
  if (dof.any_fixed)
    fail_input("ensemble = 'npt' cannot hold atoms fixed while the cell changes: free them or use 'nvt'");
}

}  // namespace

std::unique_ptr<Integrator> make_integrator(ForceField& force_field, const DynamicsParameters& parameters,
                                            const UnitSystem& units, std::uint64_t seed, const DegreesOfFreedom& dof) {
  validate(force_field.atoms(), parameters, dof);
  if (parameters.ensemble == "nve") return std::make_unique<ConstantEnergy>(force_field, parameters, units, dof);
  if (parameters.ensemble == "npt")
    return std::make_unique<ConstantPressure>(force_field, parameters, units, seed, dof);
  if (parameters.thermostat == "langevin")
    return std::make_unique<LangevinDynamics>(force_field, parameters, units, seed, dof);
  return std::make_unique<ScaledVelocities>(force_field, parameters, units, seed, dof);
}

}  // namespace spinel
