#pragma once

#include <array>
#include <cstdint>

#include "core/vec3.hpp"

namespace spinel {

/// One row of a run's thermodynamics, summed over all ranks and the same on each. Internal units (core/units.hpp).
struct Observation {
  std::int64_t step = 0;
  double time = 0.0;                        ///< fs
  double temperature = 0.0;                 ///< K; 2·kinetic/(degrees of freedom·k_B), 0 without degrees of freedom
  double kinetic_energy = 0.0;              ///< eV
  double potential_energy = 0.0;            ///< eV
  double total_energy = 0.0;                ///< eV; kinetic + potential
  double conserved = 0.0;                   ///< eV; total energy + reservoirs, constant in exact integration
  double pressure = 0.0;                    ///< eV/Å³; a third of the trace
  std::array<double, 6> pressure_tensor{};  ///< eV/Å³; (Σ m v v + virial)/volume, xx yy zz yz xz xy
  double volume = 0.0;                      ///< Å³
  Mat3 cell = Mat3::Zero();                 ///< Å; rows a, b, c
  Vec3 drift = Vec3::Zero();                ///< Å/fs; velocity of the center of mass
};

}  // namespace spinel
