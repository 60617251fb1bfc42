#pragma once

#include <vector>

#include "input/parameters.hpp"
#include "potential/potential.hpp"

namespace spinel {

/// Coefficients of one ordered pair of species, as the kernel uses them. With s = r⁻⁶:
/// E = s (a/12 s − b/6) + shift, −(dE/dr)/r = s r⁻² (a s − b); a = 48 ε σ¹², b = 24 ε σ⁶.
template <class Real>
struct LennardJonesPair {
  Real cutoff2 = 0;       ///< Å²
  Real a = 0, b = 0;      ///< eV Å¹², eV Å⁶
  Real shift = 0;         ///< eV
  Real smooth_start = 0;  ///< Å
  Real smooth_scale = 0;  ///< 1/Å, inverse width
};

/// Lennard-Jones pairs, E = 4ε[(σ/r)¹² − (σ/r)⁶] below the cutoff of each species pair.
///
/// Truncation: `plain` cuts energy and force; `shifted` subtracts the energy at the cutoff; `smooth` multiplies the
/// energy by 1 − 10q³ + 15q⁴ − 6q⁵ over the last `smooth_width` before the cutoff (value, first and second derivative
/// continuous). Species pairs that are not given are mixed: Lorentz–Berthelot (arithmetic σ, geometric ε), geometric,
/// or sixth power (Waldman & Hagler, J. Comput. Chem. 14, 1077 (1993)); their cutoffs mix as σ does. The tail
/// correction adds the energy and pressure of a uniform fluid beyond the cutoff (Allen & Tildesley, 2nd ed.,
/// eqs. 2.144–2.147 generalized to species pairs); only for `plain` truncation in a fully periodic cell.
/// Precision `single`: distances and pair forces in float from coordinates relative to the middle of the rank's atoms
/// (absolute rounding about 6e-8 of their extent), every sum in double.
class LennardJones final : public Potential {
 public:
  /// Throws InputError where a pair has no coefficients, names an unknown species, or options contradict each other.
  LennardJones(const PotentialParameters& parameters, const std::vector<Species>& species);

  double cutoff() const override { return cutoff_; }
  GhostNeeds ghost_needs() const override { return {}; }
  EnergyVirial compute(const LocalAtoms& atoms, const NeighborList& list, Halo& halo, Wanted wanted,
                       Forces& forces) override;

 private:
  void fill_tables(const PotentialParameters& parameters, const std::vector<Species>& species);
  EnergyVirial tail(const LocalAtoms& atoms, const Communicator& communicator);

  std::size_t n_species_ = 0;
  double cutoff_ = 0.0;
  bool smooth_ = false, single_ = false, tail_correction_ = false;
  std::vector<LennardJonesPair<double>> table_;  // [species i][species j]
  std::vector<LennardJonesPair<float>> table_single_;
  std::vector<double> counts_;  // atoms of each species on all ranks, for the tail
  std::vector<float> packed_;   // [atom] x y z species, for single precision
};

}  // namespace spinel
