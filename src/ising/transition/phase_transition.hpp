#pragma once

#include <cstdint>
#include <vector>

#include "ising/statistics.hpp"

namespace spinel {

/// What a scalar p of configurations (their projection on the first principal component) shows of a phase transition.
struct PhaseTransition {
  // One of each temperature; N spins.
  std::vector<Estimate> order;        ///< <|p|>/√N: |m| where the component is the magnetization
  std::vector<Estimate> order2;       ///< <p²>/N
  std::vector<Estimate> fluctuation;  ///< <p²> − <|p|>²

  /// Where <p²> falls steepest: the vertex of the parabola through the steepest difference of neighboring temperatures
  /// and those beside it. Of the estimates that a single lattice allows it has the least shift with its size: 1 % above
  /// T_c for the Ising model with L = 32, where |p| falls steepest at 1.8 % and the fluctuation peaks at 2.9 %
  /// (doc/ising.md).
  Estimate steepest;
  /// Where the fluctuation peaks: the vertex of the parabola through the three highest points.
  Estimate peak;
  /// Both lie within the temperatures, not at their ends, and in this share of the resamples too; 0: no transition
  /// seen.
  double found = 0.0;
};

/// `p[t]` holds the values of independent configurations at temperatures[t] (ascending, 5 or more, at least 2 values
/// each). Errors are standard deviations over `resamples` bootstrap samples of the configurations at every temperature,
/// drawn by random numbers of `seed`. Error where there are fewer temperatures or values.
PhaseTransition phase_transition(const std::vector<double>& temperatures, const std::vector<std::vector<double>>& p,
                                 std::int64_t n_spins, std::int64_t resamples, std::uint64_t seed);

}  // namespace spinel
