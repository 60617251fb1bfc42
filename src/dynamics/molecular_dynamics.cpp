#include "dynamics/molecular_dynamics.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace spinel {

namespace {

/// No integrator follows atoms that cross this part of the cutoff in one step on average: the run has exploded.
constexpr double longest_mean_step = 0.1;

}  // namespace

MolecularDynamics::MolecularDynamics(ForceField& force_field, const DynamicsParameters& parameters,
                                     const UnitSystem& units, std::uint64_t seed, std::int64_t first_step)
    : force_field_(force_field), parameters_(parameters), units_(units), step_(first_step) {
  LocalAtoms& atoms = force_field_.atoms();
  if (atoms.n_global == 0) fail_input("molecular dynamics needs at least one atom");
  dof_ = count_degrees_of_freedom(atoms, force_field_.communicator(), exchanges_momentum(parameters_));
  for (std::size_t i = 0; i < atoms.fixed.size(); ++i)
    for (int k = 0; k < 3; ++k)
      if ((atoms.fixed[i] >> k) & 1U) atoms.velocity[i][k] = 0.0;
  integrator_ = make_integrator(force_field_, parameters_, units_, seed, dof_);
  energy_ = force_field_.update({true, true});
  integrator_->start(targets(step_), energy_);
  for (std::size_t i = 0; i < atoms.n_owned; ++i) total_mass_ += atoms.mass(i);
  total_mass_ = force_field_.communicator().sum(total_mass_);
  observe();
}

Targets MolecularDynamics::targets(std::int64_t step) const {
  const auto& p = parameters_;
  const double part =
      p.steps > 0 ? static_cast<double>(std::clamp<std::int64_t>(step, 0, p.steps)) / static_cast<double>(p.steps)
                  : 0.0;
  const double temperature_end = p.temperature_end >= 0.0 ? p.temperature_end : p.temperature;
  const double pressure_end = p.pressure_ramp ? p.pressure_end : p.pressure;
  return {p.temperature + part * (temperature_end - p.temperature),
          (p.pressure + part * (pressure_end - p.pressure)) / units_.pressure_to_output};
}

void MolecularDynamics::step(bool observed) {
  ++step_;
  const Targets target = targets(step_);
  {
    const auto timing = force_field_.timers().scope(Region::integrate);
    integrator_->first_half(step_, target);
  }
  const bool virial = observed || integrator_->needs_virial();
  energy_ = force_field_.update({observed, virial});
  const auto timing = force_field_.timers().scope(Region::integrate);
  integrator_->second_half(step_, target, energy_);
  if (parameters_.remove_drift_every > 0 && step_ % parameters_.remove_drift_every == 0) {
    removed_ += remove_drift(force_field_.atoms(), force_field_.communicator(), units_, dof_);
    integrator_->velocities_changed();
  }
  observed_ = observed;
}

Observation MolecularDynamics::observe() {
  if (!observed_) fail("step {} was not asked to be observed: its energy is not known", step_);
  const auto timing = force_field_.timers().scope(Region::integrate);
  const LocalAtoms& atoms = force_field_.atoms();
  const Communicator& communicator = force_field_.communicator();
  auto kinetic = local_kinetic_tensor(atoms, units_);
  communicator.sum(kinetic.data(), kinetic.size());

  Observation now;
  now.step = step_;
  now.time = static_cast<double>(step_) * parameters_.timestep;
  now.kinetic_energy = 0.5 * (kinetic[0] + kinetic[1] + kinetic[2]);
  const double dof = dof_.count();
  now.temperature = dof > 0.0 ? 2.0 * now.kinetic_energy / (dof * units_.boltzmann) : 0.0;
  now.potential_energy = energy_.energy;
  now.total_energy = now.kinetic_energy + now.potential_energy;
  now.conserved = now.total_energy + integrator_->reservoir_energy() + removed_;
  now.cell = atoms.cell;
  now.volume = atoms.volume();
  for (std::size_t k = 0; k < 6; ++k) now.pressure_tensor[k] = (kinetic[k] + energy_.virial[k]) / now.volume;
  now.pressure = (now.pressure_tensor[0] + now.pressure_tensor[1] + now.pressure_tensor[2]) / 3.0;
  now.drift = center_of_mass_velocity(atoms, communicator);
  check(now);
  return now;
}

void MolecularDynamics::check(const Observation& now) const {
  if (!std::isfinite(now.total_energy) || !std::isfinite(now.pressure))
    fail_at_worst_atom(fmt::format("the energy or pressure is not a number (potential energy {}, kinetic energy {})",
                                   now.potential_energy, now.kinetic_energy));
  const double cutoff = force_field_.potential().cutoff();
  const double mean_step = parameters_.timestep * std::sqrt(2.0 * now.kinetic_energy / (total_mass_ * units_.kinetic));
  if (cutoff > 0.0 && mean_step > longest_mean_step * cutoff)
    fail_at_worst_atom(fmt::format("the temperature is {:.4g} {}, with atoms moving {:.3g} {} a step: the run explodes",
                                   now.temperature, units_.temperature, mean_step, units_.length));
}

void MolecularDynamics::fail_at_worst_atom(const std::string& what) const {
  const LocalAtoms& atoms = force_field_.atoms();
  const Communicator& communicator = force_field_.communicator();
  // Any non-finite force first, else the largest.
  double worst = -1.0;
  std::int64_t id = -1;
  for (std::size_t i = 0; i < atoms.n_owned; ++i) {
    double size = force_field_.forces()[i].norm();
    if (!std::isfinite(size)) size = std::numeric_limits<double>::infinity();
    if (size > worst) {
      worst = size;
      id = atoms.id[i];
    }
  }
  const double worst_of_all = communicator.max(worst);
  const std::int64_t named = communicator.max(worst == worst_of_all ? id : std::int64_t{-1});
  // Known to every rank alike, so that one of them reports it.
  throw CollectiveError(fmt::format(
      "step {}: {}; the largest force, {:.4g} {}/{}, is on atom {}. Check the structure for close contacts, relax it "
      "first, or use a smaller timestep",
      step_, what, worst_of_all, units_.energy, units_.length, named + 1));
}

State MolecularDynamics::save() const {
  State state;
  state["dynamics.step"] = {static_cast<double>(step_)};
  state["dynamics.removed"] = {removed_};
  integrator_->save(state);
  return state;
}

void MolecularDynamics::load(const State& state) {
  step_ = static_cast<std::int64_t>(state_array(state, "dynamics.step", 1)[0]);
  removed_ = state_array(state, "dynamics.removed", 1)[0];
  integrator_->load(state);
}

}  // namespace spinel
