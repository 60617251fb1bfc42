#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/random.hpp"
#include "core/units.hpp"
#include "dynamics/state.hpp"
#include "input/parameters.hpp"

namespace spinel {

/// A thermostat that acts on a kinetic energy as a whole, by one factor for all velocities in it.
class Thermostat {
 public:
  virtual ~Thermostat() = default;
  /// The factor for velocities with kinetic energy `kinetic` (eV) that couple to `temperature` (K) for `duration` (fs).
  /// (step, part) name the random numbers: no two calls of a run may share them.
  virtual double scale(double kinetic, double temperature, double duration, std::int64_t step, std::uint64_t part) = 0;
  /// What the reservoir holds (eV): added to the energy of the atoms it gives a conserved quantity.
  virtual double energy() const = 0;
  virtual std::vector<double> save() const = 0;
  /// Throws Error for arrays of another thermostat.
  virtual void load(const std::vector<double>& values) = 0;
};

/// Stochastic velocity rescaling (Bussi, Donadio & Parrinello, J. Chem. Phys. 126, 014101 (2007), eq. A7), exact for
/// any duration. The reservoir's energy is minus the kinetic energy given so far (their eq. 15), which makes the sum
/// conserved as well as the underlying integrator conserves energy, also while the temperature is ramped.
/// The sign of the factor is kept (Bussi & Parrinello, Comput. Phys. Commun. 179, 26 (2008)): with one degree of
/// freedom this is the Ornstein–Uhlenbeck process.
class BussiThermostat : public Thermostat {
 public:
  /// relaxation_time: fs, of the kinetic energy.
  BussiThermostat(double degrees_of_freedom, double relaxation_time, const UnitSystem& units, const Random& random);
  double scale(double kinetic, double temperature, double duration, std::int64_t step, std::uint64_t part) override;
  double energy() const override { return energy_; }
  std::vector<double> save() const override { return {energy_}; }
  void load(const std::vector<double>& values) override;

 private:
  double dof_, time_, boltzmann_;
  Random random_;
  double energy_ = 0.0;
};

/// Nosé–Hoover chain (Martyna, Klein & Tuckerman, J. Chem. Phys. 97, 2635 (1992)), integrated as Martyna, Tuckerman,
/// Tobias & Klein, Mol. Phys. 87, 1117 (1996), with Suzuki–Yoshida weights of five terms. Masses Q₁ = dof·kT·τ²,
/// Q_k = kT·τ². Energy: Σ ½ Q_k ξ̇_k² + ∫ kT (dof·ξ̇₁ + ξ̇₂ + …) dt. Where the temperature is ramped the masses follow
/// it at constant ξ̇, and the work that this takes is booked in the integral, so the sum stays conserved.
class NoseHooverChain : public Thermostat {
 public:
  /// relaxation_time τ: fs, the period of the temperature's oscillation is about 2π τ/√2.
  NoseHooverChain(double degrees_of_freedom, double relaxation_time, std::int64_t length, const UnitSystem& units);
  double scale(double kinetic, double temperature, double duration, std::int64_t step, std::uint64_t part) override;
  double energy() const override;
  std::vector<double> save() const override;
  void load(const std::vector<double>& values) override;

 private:
  double mass(std::size_t k) const { return (k == 0 ? dof_ : 1.0) * kt_ * time_ * time_; }
  double kinetic_energy() const;
  double acceleration(std::size_t k, double kinetic) const;

  double dof_, time_, boltzmann_;
  std::vector<double> rate_;  // ξ̇_k, 1/fs
  double work_ = 0.0;         // the integral, eV
  double kt_ = 0.0;           // eV, of the last call
};

/// 'bussi' or 'nose_hoover' for a kinetic energy of so many degrees of freedom.
std::unique_ptr<Thermostat> make_thermostat(const DynamicsParameters& parameters, double degrees_of_freedom,
                                            double relaxation_time, const UnitSystem& units, const Random& random);

}  // namespace spinel
