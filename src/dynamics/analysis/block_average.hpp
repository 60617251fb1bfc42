#pragma once

#include <cstdint>
#include <vector>

namespace spinel {

/// A mean and its error, correlations in time allowed for.
struct BlockEstimate {
  std::int64_t samples = 0;
  double mean = 0.0;
  double error = 0.0;         ///< one standard error of the mean
  double variance = 0.0;      ///< of the samples, Σ(x − mean)²/(n − 1)
  double inefficiency = 1.0;  ///< error² over that of as many independent samples: 2τ/Δt for correlation time τ
  bool converged = false;     ///< a plateau was found; if not, `error` is the largest estimate and may be too small
};

/// Mean and error of a correlated series, seen once and not stored: blocks of 1, 2, 4, … samples (Flyvbjerg & Petersen,
/// J. Chem. Phys. 91, 461 (1989)). The plateau is the first block size from which on neighboring blocks show no
/// correlation, by the χ² test at 99 % of Jonsson, Phys. Rev. E 98, 043304 (2018), eqs. 21–23; the
/// error is that of blocks twice as long. Memory O(log n).
class BlockAverage {
 public:
  void add(double value);
  std::int64_t samples() const { return levels_.empty() ? 0 : levels_[0].count; }
  BlockEstimate estimate() const;

  std::vector<double> save() const;
  void load(const std::vector<double>& values);

 private:
  /// Sums over blocks of one size, of values less the series' first one.
  struct Level {
    std::int64_t count = 0;
    double sum = 0.0, squares = 0.0, products = 0.0;  // Σx, Σx², Σ x_k x_{k+1}
    double first = 0.0, last = 0.0;
    double pending = 0.0;  // the first of a pair that waits for its second
  };

  double origin_ = 0.0;
  std::vector<Level> levels_;
};

}  // namespace spinel
