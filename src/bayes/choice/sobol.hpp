#pragma once

#include <cstdint>
#include <vector>

#include "bayes/process/kernel.hpp"

namespace spinel {

/// Points of a cube that fill it more evenly than random ones: Sobol's sequence in up to 64 dimensions with the
/// direction numbers of Joe & Kuo (SIAM J. Sci. Comput. 30, 2635 (2008)), scrambled by Owen's nested permutations made
/// from a hash (Burley, J. Comput. Graph. Tech. 9(4), 1 (2020)).
class SobolSequence {
 public:
  static constexpr int most_dimensions = 64;

  /// Error for a number of dimensions that is not 1 … most_dimensions. (seed, number) is the scrambling; the same gives
  /// the same points on any machine.
  SobolSequence(int n_dimensions, std::uint64_t seed, std::uint64_t number);

  int n_dimensions() const { return n_dimensions_; }
  /// Point i < 2³² into `point`, [dimension] in (0, 1).
  void point(std::uint32_t i, double* point) const;
  /// Points first … first + count − 1.
  Points points(std::uint32_t first, std::int64_t count) const;

 private:
  int n_dimensions_;
  std::vector<std::uint32_t> scrambling_;  // [dimension]
};

}  // namespace spinel
