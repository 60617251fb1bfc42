#pragma once

#include <string>

namespace spinel {

/// The units of a run. Inside Spinel: Å, eV, fs, amu, K; stress and pressure eV/Å³. Reduced Lennard-Jones units
/// are the same formulas with other constants, so an engine takes a UnitSystem and has no special case.
struct UnitSystem {
  std::string name;           ///< "metal" or "lj", as in &control units
  double boltzmann;           ///< k_B: eV/K, or 1
  double acceleration;        ///< (force/mass) → acceleration: eV/(Å amu) → Å/fs², or 1
  double kinetic;             ///< mass·velocity² → energy: amu Å²/fs² → eV, or 1 (= 1/acceleration)
  double pressure_to_output;  ///< internal pressure → reported pressure: eV/Å³ → GPa, or 1
  double time_to_output;      ///< internal time → reported time: fs → ps, or 1
  std::string length, energy, time, reported_time, temperature, pressure, mass,
      force;  ///< names for tables and attributes

  static const UnitSystem& metal();
  static const UnitSystem& lj();
  /// Throws InputError for a name other than those two.
  static const UnitSystem& by_name(const std::string& name);
};

/// CODATA 2018: exact values of e, k_B and N_A; the atomic mass constant 1.66053906660e-27 kg.
namespace constants {
inline constexpr double boltzmann_ev_per_k = 8.617333262145179e-05;  // k_B/e
inline constexpr double ev_per_amu_a2_fs2 = 103.64269652680505;      // 1 amu Å²/fs² in eV
inline constexpr double gpa_per_ev_a3 = 160.21766340000002;          // 1 eV/Å³ in GPa
inline constexpr double bohr = 0.529177210903;                       // Å
inline constexpr double hartree = 27.211386245988;                   // eV
}  // namespace constants

}  // namespace spinel
