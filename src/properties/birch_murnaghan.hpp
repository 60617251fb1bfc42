#pragma once

#include <vector>

namespace spinel {

/// The third-order equation of state of F. Birch, Phys. Rev. 71, 809 (1947): a cubic in V^(−2/3).
struct EquationOfState {
  double energy = 0.0;                 ///< eV, at the minimum
  double volume = 0.0;                 ///< Å³
  double bulk_modulus = 0.0;           ///< eV/Å³, V d²E/dV² at the minimum
  double bulk_modulus_pressure = 0.0;  ///< dB/dP there
  double rms = 0.0;                    ///< eV, of what the fit leaves over

  double energy_at(double volume) const;  ///< eV
};

/// Least squares. Error where fewer than four volumes are given or the fit has no minimum between the least and the
/// largest of them. Volumes in Å³, energies in eV.
EquationOfState fit_birch_murnaghan(const std::vector<double>& volume, const std::vector<double>& energy);

}  // namespace spinel
