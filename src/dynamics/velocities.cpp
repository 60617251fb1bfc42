#include "dynamics/velocities.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"

namespace spinel {

namespace {

bool is_fixed(const LocalAtoms& atoms, std::size_t i, int k) {
  return !atoms.fixed.empty() && ((atoms.fixed[i] >> k) & 1U) != 0;
}

void zero_fixed(LocalAtoms& atoms) {
  for (std::size_t i = 0; i < atoms.fixed.size(); ++i)
    for (int k = 0; k < 3; ++k)
      if (is_fixed(atoms, i, k)) atoms.velocity[i][k] = 0.0;
}

/// Σ m v and Σ m over all ranks.
std::array<double, 4> momentum_and_mass(const LocalAtoms& atoms, const Communicator& communicator) {
  std::array<double, 4> sums{};
  for (std::size_t i = 0; i < atoms.n_owned; ++i) {
    const double m = atoms.mass(i);
    for (std::size_t k = 0; k < 3; ++k) sums[k] += m * atoms.velocity[i][static_cast<int>(k)];
    sums[3] += m;
  }
  communicator.sum(sums.data(), sums.size());
  return sums;
}

}  // namespace

double DegreesOfFreedom::count() const {
  std::int64_t n = 0;
  for (std::size_t k = 0; k < 3; ++k) n += free[k] - (momentum_conserved[k] && free[k] > 0 ? 1 : 0);
  return static_cast<double>(n);
}

DegreesOfFreedom count_degrees_of_freedom(const LocalAtoms& atoms, const Communicator& communicator,
                                          bool exchanges_momentum) {
  DegreesOfFreedom dof;
  for (std::size_t i = 0; i < atoms.n_owned; ++i)
    for (int k = 0; k < 3; ++k)
      if (!is_fixed(atoms, i, k)) ++dof.free[static_cast<std::size_t>(k)];
  communicator.sum(dof.free.data(), dof.free.size());
  for (std::size_t k = 0; k < 3; ++k) {
    const bool whole = dof.free[k] == atoms.n_global;
    dof.momentum_conserved[k] = whole && !exchanges_momentum;
    dof.any_fixed = dof.any_fixed || !whole;
  }
  return dof;
}

bool exchanges_momentum(const DynamicsParameters& parameters) {
  return parameters.ensemble != "nve" && parameters.thermostat == "langevin" && parameters.remove_drift_every == 0;
}

void mark_fixed(LocalAtoms& atoms, const DynamicsParameters& parameters) {
  if (parameters.fixed_ids.empty() && parameters.fixed_species.empty()) return;
  atoms.fixed.resize(atoms.n_owned, 0);
  std::vector<bool> fixed_type(atoms.species.size(), false);
  for (const std::string& symbol : parameters.fixed_species) {
    const auto found = std::find_if(atoms.species.begin(), atoms.species.end(),
                                    [&](const Species& species) { return species.symbol == symbol; });
    if (found == atoms.species.end()) fail_input("fixed_species: the structure has no atoms of species '{}'", symbol);
    fixed_type[static_cast<std::size_t>(found - atoms.species.begin())] = true;
  }
  std::vector<std::int64_t> ids = parameters.fixed_ids;
  std::sort(ids.begin(), ids.end());
  for (const std::int64_t id : ids)
    if (id < 1 || id > atoms.n_global)
      fail_input("fixed_ids: there is no atom {}; the structure has atoms 1 to {}", id, atoms.n_global);
  for (std::size_t i = 0; i < atoms.n_owned; ++i)
    if (fixed_type[static_cast<std::size_t>(atoms.type[i])] ||
        std::binary_search(ids.begin(), ids.end(), atoms.id[i] + 1))
      atoms.fixed[i] = 7;
}

std::array<double, 6> local_kinetic_tensor(const LocalAtoms& atoms, const UnitSystem& units) {
  std::array<double, 6> total{};
  constexpr std::size_t block = 256;  // partial sums keep the rounding error small for many atoms
  for (std::size_t begin = 0; begin < atoms.n_owned; begin += block) {
    const std::size_t end = std::min(atoms.n_owned, begin + block);
    std::array<double, 6> part{};
    for (std::size_t i = begin; i < end; ++i) {
      const double m = atoms.mass(i);
      const Vec3& v = atoms.velocity[i];
      const double mx = m * v[0], my = m * v[1], mz = m * v[2];
      part[0] += mx * v[0];
      part[1] += my * v[1];
      part[2] += mz * v[2];
      part[3] += my * v[2];
      part[4] += mx * v[2];
      part[5] += mx * v[1];
    }
    for (std::size_t k = 0; k < 6; ++k) total[k] += part[k];
  }
  for (double& value : total) value *= units.kinetic;
  return total;
}

Vec3 center_of_mass_velocity(const LocalAtoms& atoms, const Communicator& communicator) {
  const auto sums = momentum_and_mass(atoms, communicator);
  if (sums[3] <= 0.0) return Vec3::Zero();
  return Vec3(sums[0], sums[1], sums[2]) / sums[3];
}

double remove_drift(LocalAtoms& atoms, const Communicator& communicator, const UnitSystem& units,
                    const DegreesOfFreedom& dof) {
  const auto sums = momentum_and_mass(atoms, communicator);
  Vec3 drift = Vec3::Zero();
  for (std::size_t k = 0; k < 3; ++k)
    if (dof.momentum_conserved[k] && sums[3] > 0.0) drift[static_cast<int>(k)] = sums[k] / sums[3];
  for (Vec3& v : atoms.velocity) v -= drift;
  return 0.5 * sums[3] * drift.squaredNorm() * units.kinetic;
}

void draw_velocities(LocalAtoms& atoms, const Communicator& communicator, const UnitSystem& units, std::uint64_t seed,
                     double temperature, const DegreesOfFreedom& dof) {
  const Random random(seed, RandomPurpose::velocity);
  atoms.velocity.resize(atoms.n_owned);
  for (std::size_t i = 0; i < atoms.n_owned; ++i)
    atoms.velocity[i] = std::sqrt(units.boltzmann * temperature / (atoms.mass(i) * units.kinetic)) *
                        random.normal3(0, static_cast<std::uint64_t>(atoms.id[i]));
  zero_fixed(atoms);
  remove_drift(atoms, communicator, units, dof);
  const auto tensor = local_kinetic_tensor(atoms, units);
  const double twice_kinetic = communicator.sum(tensor[0] + tensor[1] + tensor[2]);
  const double wanted = dof.count() * units.boltzmann * temperature;
  const double scale = wanted > 0.0 && twice_kinetic > 0.0 ? std::sqrt(wanted / twice_kinetic) : 0.0;
  for (Vec3& v : atoms.velocity) v *= scale;
}

void initialize_velocities(LocalAtoms& atoms, const Communicator& communicator, const DynamicsParameters& parameters,
                           const UnitSystem& units, std::uint64_t seed, bool given) {
  std::string source = parameters.initial_velocities;
  if (source == "file" && !given) fail_input("initial_velocities = 'file', but the structure holds no velocities");
  if (source == "auto") source = given ? "file" : "maxwell";
  const auto dof = count_degrees_of_freedom(atoms, communicator, exchanges_momentum(parameters));
  atoms.velocity.resize(atoms.n_owned, Vec3::Zero());
  if (source == "zero") {
    std::fill(atoms.velocity.begin(), atoms.velocity.end(), Vec3::Zero());
  } else if (source == "maxwell") {
    const double temperature =
        parameters.initial_temperature >= 0.0 ? parameters.initial_temperature : parameters.temperature;
    draw_velocities(atoms, communicator, units, seed, temperature, dof);
  } else {
    zero_fixed(atoms);
    if (parameters.ensemble != "nve") remove_drift(atoms, communicator, units, dof);
  }
}

}  // namespace spinel
