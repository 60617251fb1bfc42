#pragma once

#include <functional>
#include <vector>

#include "core/vec3.hpp"

namespace spinel {

/// Frequencies (THz, ascending; imaginary ones negative) of the vibrations at Γ of a cell: the eigenvalues ω² of the
/// dynamical matrix −(∂F_j/∂x_i)/√(m_i m_j), symmetrized, from central differences of the forces (eV/Å) that `forces`
/// gives for positions (Å). Masses in amu. Three of them belong to translations and vanish but for rounding. 6N
/// evaluations.
std::vector<double> gamma_frequencies(const std::function<std::vector<Vec3>(const std::vector<Vec3>& position)>& forces,
                                      const std::vector<Vec3>& position, const std::vector<double>& mass,
                                      double displacement);

}  // namespace spinel
