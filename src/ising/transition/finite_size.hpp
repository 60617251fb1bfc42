#pragma once

#include <cstdint>
#include <vector>

#include "ising/statistics.hpp"

namespace spinel {

/// A transition temperature on one finite lattice.
struct SizeEstimate {
  double edge = 0.0;                 ///< L; √(Lx·Ly) of a rectangle
  Estimate t;                        ///< T_c(L) with its whole error
  double configuration_error = 0.0;  ///< the part that is independent of the other sizes
  std::vector<double> of_network;    ///< [network] T_c(L) of each, whose scatter is the rest of the error; may be empty
};

/// T_c(L) = T_c + a·L^(−1/ν): the leading order of finite-size scaling (Fisher & Barber, Phys. Rev. Lett. 28, 1516
/// (1972)).
struct FiniteSizeFit {
  Estimate t_c;                ///< for L → ∞
  Estimate slope;              ///< a
  Estimate nu;                 ///< error 0: it was given
  double chi2 = 0.0;           ///< Σ (T_c(L) − fit)²/error²
  std::int64_t n_freedom = 0;  ///< degrees of freedom: sizes less parameters
};

/// Least squares weighted by the errors, for ν given. Errors: those of the configurations, independent between sizes,
/// and the scatter of fits to each network's own T_c(L), added in squares; so networks that are shared by all sizes are
/// not taken for independent ones. Error with fewer than two sizes.
FiniteSizeFit finite_size_fit(const std::vector<SizeEstimate>& sizes, double nu);

/// The same with ν fitted too, between 0.2 and 5: three sizes at least. Errors are standard deviations of fits to
/// `resamples` sets of T_c(L) drawn from their errors by random numbers of `seed`.
FiniteSizeFit finite_size_fit_of_nu(const std::vector<SizeEstimate>& sizes, std::int64_t resamples, std::uint64_t seed);

}  // namespace spinel
