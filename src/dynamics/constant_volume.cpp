#include "dynamics/constant_volume.hpp"

#include <cmath>
#include <limits>
#include <numeric>

namespace spinel {

namespace {

double half_trace(const std::array<double, 6>& tensor) { return 0.5 * (tensor[0] + tensor[1] + tensor[2]); }

}  // namespace

double displacement_limit(const ForceField& force_field) {
  const double cutoff = force_field.potential().cutoff();
  return cutoff > 0.0 ? 0.5 * cutoff : std::numeric_limits<double>::max();
}

ConstantEnergy::ConstantEnergy(ForceField& force_field, const DynamicsParameters& parameters, const UnitSystem& units,
                               const DegreesOfFreedom& dof)
    : mover_(force_field, units, dof.any_fixed),
      timestep_(parameters.timestep),
      limit_(displacement_limit(force_field)) {}

void ConstantEnergy::first_half(std::int64_t step, const Targets&) {
  mover_.kick_drift(1.0, 0.5 * timestep_, timestep_);
  mover_.check_displacement(limit_, step);
}

void ConstantEnergy::second_half(std::int64_t, const Targets&, const EnergyVirial&) { mover_.kick(0.5 * timestep_); }

ScaledVelocities::ScaledVelocities(ForceField& force_field, const DynamicsParameters& parameters,
                                   const UnitSystem& units, std::uint64_t seed, const DegreesOfFreedom& dof)
    : mover_(force_field, units, dof.any_fixed),
      thermostat_(make_thermostat(parameters, dof.count(), parameters.thermostat_time, units,
                                  Random(seed, RandomPurpose::bussi))),
      timestep_(parameters.timestep),
      limit_(displacement_limit(force_field)) {}

void ScaledVelocities::first_half(std::int64_t step, const Targets& targets) {
  const double scale = thermostat_->scale(kinetic_, targets.temperature, 0.5 * timestep_, step, 0);
  mover_.kick_drift(scale, 0.5 * timestep_, timestep_);
  mover_.check_displacement(limit_, step);
}

void ScaledVelocities::second_half(std::int64_t step, const Targets& targets, const EnergyVirial&) {
  const double kinetic = mover_.kick_and_measure(0.5 * timestep_);
  const double scale = thermostat_->scale(kinetic, targets.temperature, 0.5 * timestep_, step, 1);
  mover_.scale(scale);
  kinetic_ = scale * scale * kinetic;
}

void ScaledVelocities::velocities_changed() { kinetic_ = half_trace(mover_.kinetic_tensor()); }

void ScaledVelocities::save(State& state) const {
  state["dynamics.thermostat"] = thermostat_->save();
  state["dynamics.kinetic"] = {kinetic_};
}

void ScaledVelocities::load(const State& state) {
  thermostat_->load(state_array(state, "dynamics.thermostat"));
  kinetic_ = state_array(state, "dynamics.kinetic", 1)[0];
}

LangevinDynamics::LangevinDynamics(ForceField& force_field, const DynamicsParameters& parameters,
                                   const UnitSystem& units, std::uint64_t seed, const DegreesOfFreedom& dof)
    : communicator_(force_field.communicator()),
      mover_(force_field, units, dof.any_fixed),
      random_(seed, RandomPurpose::langevin),
      timestep_(parameters.timestep),
      decay_(std::exp(-parameters.timestep / parameters.thermostat_time)),
      limit_(displacement_limit(force_field)) {}

void LangevinDynamics::first_half(std::int64_t step, const Targets& targets) {
  heat_ += mover_.kick_drift_noise(0.5 * timestep_, timestep_, decay_, targets.temperature, random_, step);
  mover_.check_displacement(limit_, step);
}

void LangevinDynamics::second_half(std::int64_t, const Targets&, const EnergyVirial&) { mover_.kick(0.5 * timestep_); }

double LangevinDynamics::reservoir_energy() const { return -communicator_.sum(heat_); }

void LangevinDynamics::save(State& state) const {
  state["dynamics.langevin_heat"] = save_per_rank(communicator_, heat_);
}

void LangevinDynamics::load(const State& state) {
  heat_ = load_per_rank(communicator_, state_array(state, "dynamics.langevin_heat"));
}

std::vector<double> save_per_rank(const Communicator& communicator, double value) {
  return communicator.all_gather(value);
}

double load_per_rank(const Communicator& communicator, const std::vector<double>& values) {
  if (values.size() == static_cast<std::size_t>(communicator.size()))
    return values[static_cast<std::size_t>(communicator.rank())];
  return communicator.is_root() ? std::accumulate(values.begin(), values.end(), 0.0) : 0.0;
}

}  // namespace spinel
