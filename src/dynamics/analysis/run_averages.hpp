#pragma once

#include <string>
#include <vector>

#include "dynamics/analysis/block_average.hpp"
#include "dynamics/observation.hpp"
#include "dynamics/state.hpp"

namespace spinel {

/// Averages of a run's thermodynamics with errors. In internal units; fed with the observations of the thermo steps.
class RunAverages {
 public:
  struct Quantity {
    std::string name;  ///< temperature, kinetic_energy, potential_energy, total_energy, pressure, pressure_xx …, volume
    BlockEstimate estimate;
  };

  void add(const Observation& now);
  std::vector<Quantity> quantities() const;
  std::int64_t samples() const { return averages_.empty() ? 0 : averages_[0].samples(); }

  /// Slope of the conserved quantity over time by least squares, eV/fs; 0 with fewer than two samples.
  double conserved_slope() const;
  /// Last minus first conserved quantity, eV.
  double conserved_change() const { return conserved_last_ - conserved_first_; }
  /// Root mean square of the conserved quantity about the fitted line, eV.
  double conserved_fluctuation() const;

  void save(State& state) const;
  void load(const State& state);

 private:
  std::vector<BlockAverage> averages_;
  double time_first_ = 0.0, conserved_first_ = 0.0, conserved_last_ = 0.0;
  double n_ = 0.0, t_ = 0.0, tt_ = 0.0, c_ = 0.0, ct_ = 0.0, cc_ = 0.0;  // sums of the fit, relative to the first
};

}  // namespace spinel
