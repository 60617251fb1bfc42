#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ising/spin_lattice.hpp"

namespace spinel {

/// A value and one standard error of it.
struct Estimate {
  double value = 0.0;
  double error = 0.0;
};

/// The measurements of one Markov chain in time order, per spin: 24 bytes a measurement, kept whole because
/// autocorrelation times, jackknife bins and reweighting all need the series.
struct Series {
  std::vector<double> energy;         ///< E/N in |J|
  std::vector<double> magnetization;  ///< m = Σ s / N
  std::vector<double> order;  ///< the order parameter: m for J > 0, the staggered Σ (−1)^(x+y) s / N for J < 0

  std::size_t size() const { return energy.size(); }
  void add(const LatticeSums& sums, const IsingModel& model, std::int64_t n_spins);
};

/// Integrated autocorrelation time of a series, in measurements: τ = 1/2 + Σ_t ρ(t); 1/2 for independent ones.
/// error of the mean = sqrt(2 τ variance / n).
struct Autocorrelation {
  Estimate mean;          ///< with the error that τ gives
  double variance = 0.0;  ///< of the samples
  double tau = 0.5;
  double tau_error = 0.0;
  std::int64_t window = 0;  ///< lags summed
  /// The chain is long enough for τ to be trusted: at least 100 τ measurements in all.
  bool reliable = false;
};

/// The Γ-method with automatic windowing, the replicas of one ensemble together (U. Wolff, Comput. Phys. Commun. 156,
/// 143 (2004), eqs. 31–52, with S = 1.5). Series of unequal length are allowed. A constant series has τ = 1/2, error 0.
Autocorrelation autocorrelation(const std::vector<const std::vector<double>*>& replicas);
Autocorrelation autocorrelation(const std::vector<double>& series);

/// Averages per spin at one temperature T (units of |J|/k_B), N spins; o: the order parameter of Series.
struct Observables {
  std::int64_t samples = 0;   ///< of all replicas
  std::int64_t bins = 0;      ///< jackknife bins of all replicas
  std::int64_t bin_size = 0;  ///< measurements in a bin: at least 20 of the longest τ, where the series allow 32 bins
  Estimate energy;            ///< <e>
  Estimate magnetization;     ///< <m>, with its sign
  Estimate order;             ///< <|o|>
  Estimate order2;            ///< <o²>
  Estimate order4;            ///< <o⁴>
  Estimate specific_heat;     ///< N (<e²> − <e>²) / T²
  Estimate susceptibility;    ///< N (<o²> − <|o|>²) / T
  Estimate susceptibility_disordered;  ///< N <o²> / T, the susceptibility above T_c
  Estimate binder;                     ///< U4 = 1 − <o⁴> / (3 <o²>²)
  Autocorrelation tau_energy;          ///< of e
  Autocorrelation tau_order;           ///< of |o|
  Autocorrelation tau_order2;          ///< of o²
  /// Every τ is reliable and a bin is at least 6 τ long; if not, the errors may be too small.
  bool reliable = false;
};

/// Averages of the replicas of one ensemble. Errors by jackknife over bins, which also takes the bias of order 1/n off
/// the functions of averages (specific heat, susceptibilities, Binder cumulant). Fails with fewer than 2 measurements.
Observables analyze(const std::vector<Series>& replicas, double temperature, std::int64_t n_spins);

}  // namespace spinel
