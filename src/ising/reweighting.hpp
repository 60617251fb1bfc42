#pragma once

#include <cstdint>
#include <vector>

#include "ising/statistics.hpp"

namespace spinel {

/// Averages per spin at any temperature within the simulated ones, definitions as in Observables.
struct ReweightedPoint {
  double temperature = 0.0;
  Estimate energy, order, order2, specific_heat, susceptibility, susceptibility_disordered, binder;
  /// (Σ w)² / Σ w² of the measurements' weights: how many of them carry the result. Small: not enough overlap.
  double effective_samples = 0.0;
};

/// Multiple-histogram reweighting: all measurements at all temperatures together give the averages at any temperature
/// (Ferrenberg & Swendsen, Phys. Rev. Lett. 63, 1195 (1989); as a sum over measurements, MBAR, Shirts & Chodera,
/// J. Chem. Phys. 129, 124105 (2008), eq. 11), with weights p_n(β) ∝ e^(−βE_n) / Σ_k N_k e^(f_k − β_k E_n). The free
/// energies f_k minimize a convex function, by Newton's method. Measurements whose energies agree to 10⁻³ |J|, or to
/// 2⁻¹⁵ of the range of energies if that is more, are treated as one of their mean energy. Errors by jackknife: 32
/// stretches of time left out one after another, at all temperatures at once, so that chains coupled by tempering are
/// treated correctly too; a stretch should be several autocorrelation times long. Memory: at most 45 MB.
class Reweighting {
 public:
  static constexpr int n_stretches = 32;

  /// `series[k]` holds the replicas at temperatures[k] (ascending, in |J|/k_B), on N = n_spins spins.
  /// Error for fewer than 64 measurements at a temperature, for temperatures not in order, and where the energies of
  /// two neighboring temperatures do not overlap (means further apart than three of both standard deviations).
  Reweighting(std::vector<double> temperatures, const std::vector<std::vector<Series>>& series, std::int64_t n_spins);

  double t_min() const { return temperatures_.front(); }
  double t_max() const { return temperatures_.back(); }

  /// Error outside [t_min, t_max].
  ReweightedPoint at(double temperature) const;

  /// U4 from all data (left_out < 0) or without one of the jackknife's stretches.
  double binder(double temperature, int left_out = -1) const;

 private:
  /// Sums over the measurements of one energy.
  struct Level {
    double energy = 0.0;  // of the whole lattice, less origin_
    double count = 0.0, order = 0.0, order2 = 0.0, order4 = 0.0;
    double log_denominator = 0.0;  // ln Σ_k N_k e^(f_k − β_k E)
  };
  /// Of all measurements, or of all but one stretch.
  struct Ensemble {
    std::vector<Level> levels;
    std::vector<double> samples;      // N_k
    std::vector<double> free_energy;  // f_k, f_0 = 0
  };
  struct Averages;

  void add(const std::vector<std::vector<Series>>& series);
  /// From the f_k that the ensemble brings.
  void solve(Ensemble& ensemble) const;
  Averages averages(const Ensemble& ensemble, double temperature) const;

  std::vector<double> temperatures_;
  double n_spins_ = 0.0, origin_ = 0.0;
  std::vector<Ensemble> ensembles_;  // all, then without stretch 0, 1, …
};

struct BinderCrossing {
  bool found = false;
  Estimate temperature;  ///< where the U4 of two lattices are equal
  Estimate binder;       ///< U4 there
};

/// Where the cumulant of the larger lattice falls below that of the smaller one as T rises, within the temperatures
/// common to both: the steepest such crossing, for deep in a phase the two differ by noise alone. Errors by the
/// jackknives of both lattices.
BinderCrossing binder_crossing(const Reweighting& small, const Reweighting& large);

}  // namespace spinel
