#pragma once

#include <array>
#include <cstdint>

#include "core/units.hpp"
#include "domain/local_atoms.hpp"
#include "input/parameters.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// How many squares the kinetic energy has.
struct DegreesOfFreedom {
  std::array<std::int64_t, 3> free{};        ///< atoms that may move along x, y, z
  std::array<bool, 3> momentum_conserved{};  ///< the total momentum along this direction is a constant of motion
  bool any_fixed = false;                    ///< some atom has some component fixed
  /// Σ_k free_k, less one for each direction along which momentum is conserved; 3N − 3 in plain NVE.
  double count() const;
};

/// Collective. Momentum along a direction is conserved where no atom is fixed along it and the dynamics has no friction
/// or noise of its own: `exchanges_momentum` is true then (Langevin), and then nothing is subtracted.
DegreesOfFreedom count_degrees_of_freedom(const LocalAtoms& atoms, const Communicator& communicator,
                                          bool exchanges_momentum);

/// Does the ensemble change single momenta (Langevin without drift removal)? Then the count is 3N, else 3N − 3.
bool exchanges_momentum(const DynamicsParameters& parameters);

/// Marks the atoms named by fixed_ids (numbered from 1) and fixed_species, all components, besides those that
/// atoms.fixed marks already. Throws InputError for an id or species that does not exist.
void mark_fixed(LocalAtoms& atoms, const DynamicsParameters& parameters);

/// This rank's Σ m v v (eV; xx yy zz yz xz xy); half the trace is the kinetic energy.
std::array<double, 6> local_kinetic_tensor(const LocalAtoms& atoms, const UnitSystem& units);

/// Collective. Velocity of the center of mass, Å/fs.
Vec3 center_of_mass_velocity(const LocalAtoms& atoms, const Communicator& communicator);

/// Collective. Takes the drift out along the directions of conserved momentum and returns the kinetic energy (eV) that
/// went with it.
double remove_drift(LocalAtoms& atoms, const Communicator& communicator, const UnitSystem& units,
                    const DegreesOfFreedom& dof);

/// Collective. Draws velocities from the Maxwell–Boltzmann distribution, keyed by seed and atom id, zeroes fixed
/// components, removes the drift and scales to `temperature` exactly.
void draw_velocities(LocalAtoms& atoms, const Communicator& communicator, const UnitSystem& units, std::uint64_t seed,
                     double temperature, const DegreesOfFreedom& dof);

/// Collective. The velocities a new run starts with, by &dynamics initial_velocities. `given`: the structure came
/// with velocities, and atoms.velocity holds them; 'file' without is an InputError. The drift is removed, except that
/// velocities from a file are taken as they are in NVE. Call after mark_fixed.
void initialize_velocities(LocalAtoms& atoms, const Communicator& communicator, const DynamicsParameters& parameters,
                           const UnitSystem& units, std::uint64_t seed, bool given);

}  // namespace spinel
