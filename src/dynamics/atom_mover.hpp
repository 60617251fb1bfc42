#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/random.hpp"
#include "core/units.hpp"
#include "potential/force_field.hpp"

namespace spinel {

/// The passes over a rank's owned atoms that integrators are made of. Each is one sweep over contiguous arrays.
/// Fixed components never move: their velocity must be zero at the start and stays so.
/// A pass that moves atoms remembers the longest step of a component, see check_displacement.
class AtomMover {
 public:
  AtomMover(ForceField& force_field, const UnitSystem& units, bool any_fixed);

  /// v ← scale·v + kick·F/m, then x ← x + drift·v.  scale: 1; kick, drift: fs
  void kick_drift(double scale, double kick, double drift);
  /// v ← v + kick·F/m
  void kick(double kick);
  /// The same, and returns the kinetic energy of all ranks (eV). Collective.
  double kick_and_measure(double kick);
  /// v ← scale·v
  void scale(double scale);
  /// BAOA of Leimkuhler & Matthews (2013): kick, half the drift, Ornstein–Uhlenbeck step v ← decay·v +
  /// √((1 − decay²) kT/m)·g, half the drift. Returns this rank's heat: the kinetic energy (eV) the noise brought.
  double kick_drift_noise(double kick, double drift, double decay, double temperature, const Random& random,
                          std::int64_t step);
  /// The Ornstein–Uhlenbeck step alone.
  double noise(double decay, double temperature, const Random& random, std::int64_t step);
  /// v ← E·v + S·F/m with E dimensionless and S in fs.
  void affine_kick(const Mat3& e, const Mat3& s);
  /// The same, and returns Σ m v v of all ranks. Collective.
  std::array<double, 6> affine_kick_and_measure(const Mat3& e, const Mat3& s);
  /// x ← D·x + X·v with D dimensionless and X in fs.
  void affine_drift(const Mat3& d, const Mat3& x);
  /// Σ m v v of all ranks (eV; xx yy zz yz xz xy). Collective.
  std::array<double, 6> kinetic_tensor() const;

  /// Throws Error naming step and atom where a component moved further than `limit` (Å) in the last pass, or was not a
  /// number. On the rank that owns the atom only.
  void check_displacement(double limit, std::int64_t step) const;

 private:
  template <class Body>
  void for_blocks(Body body);
  const double* weights(std::size_t begin, std::size_t count);
  const double* masses(std::size_t begin, std::size_t count);
  double noise_on(std::size_t i, double decay, const Random& random, std::int64_t step);
  void set_sigma(double decay, double temperature);
  std::array<double, 6> sum(std::array<double, 6> local) const;

  ForceField& force_field_;
  const UnitSystem& units_;
  bool any_fixed_;
  bool uniform_;                      // one species, nothing fixed: the weights are one number
  std::vector<double> inverse_mass_;  // [type] acceleration/mass
  std::vector<double> sigma_;         // [type] width of the noise, Å/fs
  std::vector<double> weights_;       // [3·atom of a block] inverse mass, 0 where fixed
  std::vector<double> masses_;        // [3·atom of a block] amu
  double drift_ = 0.0;                // fs, of the last pass that moved atoms
  std::uint64_t longest_bits_ = 0;    // |v| of its fastest component, as bits: ordered like the number, NaN on top
};

}  // namespace spinel
