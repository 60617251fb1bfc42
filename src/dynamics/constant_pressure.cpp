#include "dynamics/constant_pressure.hpp"

#include <cmath>

#include "dynamics/constant_volume.hpp"

namespace spinel {

namespace {

double trace(const std::array<double, 6>& tensor) { return tensor[0] + tensor[1] + tensor[2]; }

Mat3 matrix(const std::array<double, 6>& t) {
  Mat3 m;
  m << t[0], t[5], t[4], t[5], t[1], t[3], t[4], t[3], t[2];
  return m;
}

/// exp(m·t) and ∫₀ᵗ exp(m·s) ds by their power series; multiples of the unit matrix and upper triangular matrices stay
/// exactly that. A step in which the cell changes by more than a tenth is an explosion, so few terms do.
struct Exponential {
  Mat3 value = Mat3::Identity(), integral = Mat3::Identity();
  Exponential(const Mat3& m, double t) {
    const Mat3 x = m * t;
    Mat3 term = Mat3::Identity();  // xᵏ/k!
    for (int k = 1; k <= 12; ++k) {
      term = (term * x / k).eval();
      value += term;
      integral += term / (k + 1);
    }
    integral *= t;
  }
};

}  // namespace

ConstantPressure::ConstantPressure(ForceField& force_field, const DynamicsParameters& parameters,
                                   const UnitSystem& units, std::uint64_t seed, const DegreesOfFreedom& dof)
    : force_field_(force_field),
      mover_(force_field, units, dof.any_fixed),
      random_(seed, RandomPurpose::langevin),
      cell_random_(seed, RandomPurpose::barostat),
      isotropic_(parameters.coupling == "isotropic"),
      boltzmann_(units.boltzmann),
      timestep_(parameters.timestep),
      dof_(dof.count()),
      thermostat_time_(parameters.thermostat_time),
      barostat_time_(parameters.barostat_time),
      limit_(displacement_limit(force_field)) {
  if (parameters.thermostat == "langevin") return;
  particle_thermostat_ = make_thermostat(parameters, dof_, thermostat_time_, units, Random(seed, RandomPurpose::bussi));
  cell_thermostat_ = make_thermostat(parameters, isotropic_ ? 1.0 : 6.0, barostat_time_, units, cell_random_);
}

double ConstantPressure::cell_kinetic() const { return 0.5 * mass_ * rate_.squaredNorm(); }

void ConstantPressure::set_targets(const Targets& targets) {
  work_ -= (targets.pressure - targets_.pressure) * force_field_.atoms().volume();
  targets_.pressure = targets.pressure;
  if (targets.temperature != targets_.temperature) {
    const double before = cell_kinetic();
    targets_.temperature = targets.temperature;
    mass_ = (dof_ + 3.0) * boltzmann_ * targets.temperature * barostat_time_ * barostat_time_ / 3.0;
    work_ -= cell_kinetic() - before;
  }
}

void ConstantPressure::start(const Targets& targets, const EnergyVirial& forces) {
  set_targets(targets);
  work_ = 0.0;
  virial_ = forces.virial;
  velocities_changed();
}

void ConstantPressure::thermostats(std::int64_t step, std::uint64_t part, double& particle_scale) {
  const double half = 0.5 * timestep_, temperature = targets_.temperature;
  particle_scale = particle_thermostat_->scale(0.5 * trace(kinetic_), temperature, half, step, part);
  for (double& component : kinetic_) component *= particle_scale * particle_scale;
  rate_ *= cell_thermostat_->scale(cell_kinetic(), temperature, half, step, part);
}

void ConstantPressure::kick_cell() {
  const double volume = force_field_.atoms().volume();
  Mat3 drive = matrix(kinetic_) + matrix(virial_);
  drive.diagonal().array() += trace(kinetic_) / dof_ - targets_.pressure * volume;
  if (isotropic_)
    drive = (drive.trace() / 3.0) * Mat3::Identity();
  else
    drive.triangularView<Eigen::StrictlyLower>().setZero();
  rate_ += (0.5 * timestep_ / mass_) * drive;
}

void ConstantPressure::set_particle_kick(double scale) {
  const Mat3 friction = rate_ + (rate_.trace() / dof_) * Mat3::Identity();
  const Exponential exponential(-friction, 0.5 * timestep_);
  kick_e_ = scale * exponential.value;
  kick_s_ = exponential.integral;
}

void ConstantPressure::drift(double duration) {
  const Exponential exponential(rate_, duration);
  mover_.affine_drift(exponential.value, exponential.integral);
  Mat3& cell = force_field_.atoms().cell;
  cell = (cell * exponential.value.transpose()).eval();
}

void ConstantPressure::cell_noise(std::int64_t step) {
  RandomSequence sequence(cell_random_, static_cast<std::uint64_t>(step), 0);
  const double before = cell_kinetic();
  const double decay = std::exp(-timestep_ / barostat_time_);
  const double kt = boltzmann_ * targets_.temperature;
  const double sigma = std::sqrt((1.0 - decay * decay) * kt / mass_);
  if (isotropic_) {
    const double rate = decay * rate_(0, 0) + sigma / std::sqrt(3.0) * sequence.normal();
    rate_ = rate * Mat3::Identity();
  } else {
    for (int a = 0; a < 3; ++a)
      for (int b = a; b < 3; ++b) rate_(a, b) = decay * rate_(a, b) + sigma * sequence.normal();
  }
  cell_heat_ += cell_kinetic() - before;
}

void ConstantPressure::first_half(std::int64_t step, const Targets& targets) {
  set_targets(targets);
  double scale = 1.0;
  if (!langevin()) thermostats(step, 0, scale);
  kick_cell();
  set_particle_kick(scale);
  mover_.affine_kick(kick_e_, kick_s_);
  if (langevin()) {
    drift(0.5 * timestep_);
    heat_ += mover_.noise(std::exp(-timestep_ / thermostat_time_), targets_.temperature, random_, step);
    cell_noise(step);
    drift(0.5 * timestep_);
  } else {
    drift(timestep_);
  }
  mover_.check_displacement(limit_, step);
}

void ConstantPressure::second_half(std::int64_t step, const Targets&, const EnergyVirial& forces) {
  virial_ = forces.virial;
  set_particle_kick(1.0);
  kinetic_ = mover_.affine_kick_and_measure(kick_e_, kick_s_);
  kick_cell();
  if (langevin()) return;
  double scale = 1.0;
  thermostats(step, 1, scale);
  mover_.scale(scale);
}

double ConstantPressure::reservoir_energy() const {
  const double thermostat_energy = langevin() ? -force_field_.communicator().sum(heat_) - cell_heat_
                                              : particle_thermostat_->energy() + cell_thermostat_->energy();
  return thermostat_energy + cell_kinetic() + targets_.pressure * force_field_.atoms().volume() + work_;
}

void ConstantPressure::save(State& state) const {
  state["dynamics.barostat_rate"] = {rate_.data(), rate_.data() + 9};
  state["dynamics.barostat"] = {targets_.temperature, targets_.pressure, mass_, work_, cell_heat_};
  state["dynamics.kinetic"] = {kinetic_.begin(), kinetic_.end()};
  state["dynamics.virial"] = {virial_.begin(), virial_.end()};
  if (langevin()) {
    state["dynamics.langevin_heat"] = save_per_rank(force_field_.communicator(), heat_);
  } else {
    state["dynamics.thermostat"] = particle_thermostat_->save();
    state["dynamics.cell_thermostat"] = cell_thermostat_->save();
  }
}

void ConstantPressure::load(const State& state) {
  const auto copy = [&](const char* name, double* to, std::size_t n) {
    const auto& values = state_array(state, name, n);
    std::copy(values.begin(), values.end(), to);
  };
  copy("dynamics.barostat_rate", rate_.data(), 9);
  std::array<double, 5> scalars{};
  copy("dynamics.barostat", scalars.data(), 5);
  targets_ = {scalars[0], scalars[1]};
  mass_ = scalars[2];
  work_ = scalars[3];
  cell_heat_ = scalars[4];
  copy("dynamics.kinetic", kinetic_.data(), 6);
  copy("dynamics.virial", virial_.data(), 6);
  if (langevin()) {
    heat_ = load_per_rank(force_field_.communicator(), state_array(state, "dynamics.langevin_heat"));
  } else {
    particle_thermostat_->load(state_array(state, "dynamics.thermostat"));
    cell_thermostat_->load(state_array(state, "dynamics.cell_thermostat"));
  }
}

}  // namespace spinel
