#include "dynamics/thermostat.hpp"

#include <array>
#include <cmath>

#include "core/error.hpp"

namespace spinel {

BussiThermostat::BussiThermostat(double degrees_of_freedom, double relaxation_time, const UnitSystem& units,
                                 const Random& random)
    : dof_(degrees_of_freedom), time_(relaxation_time), boltzmann_(units.boltzmann), random_(random) {}

double BussiThermostat::scale(double kinetic, double temperature, double duration, std::int64_t step,
                              std::uint64_t part) {
  if (!(kinetic > 0.0)) return 1.0;
  RandomSequence sequence(random_, static_cast<std::uint64_t>(step), part);
  const double c = std::exp(-duration / time_);
  const double ratio = (1.0 - c) * 0.5 * boltzmann_ * temperature / kinetic;  // (1 − c) K̄/(N_f K)
  const double r1 = sequence.normal();
  const double others = sequence.chi_squared(dof_ - 1.0);
  const double squared = c + ratio * (r1 * r1 + others) + 2.0 * r1 * std::sqrt(c * ratio);
  energy_ -= (squared - 1.0) * kinetic;
  const double magnitude = std::sqrt(std::max(0.0, squared));
  return r1 * std::sqrt(ratio) + std::sqrt(c) < 0.0 ? -magnitude : magnitude;
}

void BussiThermostat::load(const std::vector<double>& values) {
  if (values.size() != 1) fail("the checkpoint's thermostat is not a Bussi thermostat");
  energy_ = values[0];
}

NoseHooverChain::NoseHooverChain(double degrees_of_freedom, double relaxation_time, std::int64_t length,
                                 const UnitSystem& units)
    : dof_(degrees_of_freedom),
      time_(relaxation_time),
      boltzmann_(units.boltzmann),
      rate_(static_cast<std::size_t>(length), 0.0) {}

double NoseHooverChain::kinetic_energy() const {
  double sum = 0.0;
  for (std::size_t k = 0; k < rate_.size(); ++k) sum += 0.5 * mass(k) * rate_[k] * rate_[k];
  return sum;
}

double NoseHooverChain::acceleration(std::size_t k, double kinetic) const {
  const double drive = k == 0 ? 2.0 * kinetic - dof_ * kt_ : mass(k - 1) * rate_[k - 1] * rate_[k - 1] - kt_;
  return drive / mass(k);
}

double NoseHooverChain::scale(double kinetic, double temperature, double duration, std::int64_t, std::uint64_t) {
  if (const double kt = boltzmann_ * temperature; kt != kt_) {
    const double before = kinetic_energy();
    kt_ = kt;
    work_ -= kinetic_energy() - before;
  }
  static const double outer = 1.0 / (4.0 - std::cbrt(4.0));
  const std::array<double, 5> weights = {outer, outer, 1.0 - 4.0 * outer, outer, outer};
  const std::size_t last = rate_.size() - 1;
  double factor = 1.0;
  const auto update = [&](std::size_t k, double h) {
    const double damp = k < last ? std::exp(-0.25 * h * rate_[k + 1]) : 1.0;
    rate_[k] = (rate_[k] * damp + 0.5 * h * acceleration(k, kinetic)) * damp;
  };
  for (const double weight : weights) {
    const double h = weight * duration;
    for (std::size_t k = rate_.size(); k-- > 0;) update(k, h);
    const double s = std::exp(-h * rate_[0]);
    factor *= s;
    kinetic *= s * s;
    double sum = dof_ * rate_[0];
    for (std::size_t k = 1; k < rate_.size(); ++k) sum += rate_[k];
    work_ += kt_ * sum * h;
    for (std::size_t k = 0; k < rate_.size(); ++k) update(k, h);
  }
  return factor;
}

double NoseHooverChain::energy() const { return kinetic_energy() + work_; }

std::vector<double> NoseHooverChain::save() const {
  std::vector<double> values = rate_;
  values.push_back(work_);
  values.push_back(kt_);
  return values;
}

void NoseHooverChain::load(const std::vector<double>& values) {
  if (values.size() != rate_.size() + 2)
    fail("the checkpoint's thermostat is not a Nosé–Hoover chain of length {}", rate_.size());
  rate_.assign(values.begin(), values.end() - 2);
  work_ = values[values.size() - 2];
  kt_ = values.back();
}

std::unique_ptr<Thermostat> make_thermostat(const DynamicsParameters& parameters, double degrees_of_freedom,
                                            double relaxation_time, const UnitSystem& units, const Random& random) {
  if (parameters.thermostat == "bussi")
    return std::make_unique<BussiThermostat>(degrees_of_freedom, relaxation_time, units, random);
  if (parameters.thermostat == "nose_hoover")
    return std::make_unique<NoseHooverChain>(degrees_of_freedom, relaxation_time, parameters.chain_length, units);
  fail_input("unknown thermostat '{}': langevin, bussi or nose_hoover", parameters.thermostat);
}

}  // namespace spinel
