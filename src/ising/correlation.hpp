#pragma once

#include <cstdint>
#include <vector>

#include "ising/spin_lattice.hpp"
#include "ising/statistics.hpp"

namespace spinel {

struct CorrelationEstimate {
  std::int64_t samples = 0, bins = 0;
  std::vector<Estimate> g;   ///< G(r), r = 1, 2, … r_max
  std::vector<Estimate> g0;  ///< G0(r), r = 0, 1, … r_max
  Estimate xi_second_moment;
  Estimate xi_exponential;  ///< NaN where ξ is above L/6 (so below T_c) or G0 is too noisy
};

/// Correlations of the order parameter along rows and columns; with σ = s for J > 0, σ = (−1)^(x+y) s for J < 0:
///  - G(r) = <σ(x, y) σ(x + r, y)>, averaged over the lattice and over both directions; not connected.
///  - G0(r) = <Σ_y' σ̄(y) σ̄(y + r)> with σ̄ the mean of a row (and likewise of columns), times its length: the
///    zero-momentum correlation function, a pure exponential above T_c, cosh-shaped on a periodic lattice.
///  - second-moment length ξ = sqrt(S(0)/S(k) − 1) / (2 sin(k/2)), S the structure factor and k = 2π/L the smallest
///    wave vector; ξ/L of different L cross at T_c. Below T_c S(0) contains the squared magnetization, by definition.
///  - exponential length: ξ of A cosh((L/2 − r)/ξ) through G0 at two distances, about ξ/2 and 5ξ/2; for T > T_c.
/// Errors by jackknife over 32 to 63 bins of equal size that grow with the run: right where a bin is several
/// autocorrelation times long. On a lattice with Lx ≠ Ly lengths are means over the two directions.
/// Memory: some 130 r_max doubles and Lx + Ly integers on every rank, and one bit for each of its spins. One
/// measurement costs N·r_max/64 operations on words.
class CorrelationMeter {
 public:
  /// r_max = 0: the half of the smaller edge, at most 256.
  CorrelationMeter(std::int64_t lx, std::int64_t ly, double coupling, std::int64_t r_max = 0);

  std::int64_t r_max() const { return r_max_; }
  /// Collective over the lattice's communicator; the result is the same on all of its ranks and on any number of them.
  void measure(const SpinLattice& lattice);
  CorrelationEstimate estimate() const;
  /// Of several chains of one ensemble.
  static CorrelationEstimate estimate(const std::vector<const CorrelationMeter*>& replicas);

  std::vector<double> save() const;
  void load(const std::vector<double>& state);  ///< Error where it was saved with another size

 private:
  std::size_t width() const { return static_cast<std::size_t>(2 * r_max_ + 4); }
  void append(const std::vector<double>& sample);

  std::int64_t lx_, ly_, r_max_;
  double coupling_;
  std::int64_t samples_ = 0, bin_size_ = 1;
  /// Sums over the samples of the complete bins and of the one being filled. A sample: G(1 … r_max), G0(0 … r_max),
  /// S(0), S(k) along x, along y.
  std::vector<double> bins_;
};

}  // namespace spinel
