#pragma once

#include <cstdint>
#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

/// A mean over a set and how far it may be off.
struct BootstrapEstimate {
  double value = 0.0;            ///< NaN where nothing has the quantity
  double error = 0.0;            ///< standard deviation over the resamples
  double low = 0.0, high = 0.0;  ///< 2.5th and 97.5th percentile of them
};

/// Means of quantities over the members of a set with their bootstrap errors (Efron, Ann. Statist. 7, 1 (1979)): the
/// set is drawn anew from itself `resamples` times, all quantities of a member together.
///
/// `values[q][i]`: of member i, NaN where it has none; those are left out of the mean, and of each resample's. A rate
/// is the mean of 0 and 1. The same numbers on any number of ranks.
class Bootstrap {
 public:
  Bootstrap(std::uint64_t seed, std::int64_t resamples) : seed_(seed), resamples_(resamples) {}
  /// Collective; `values` on rank 0, result on rank 0.
  std::vector<BootstrapEstimate> operator()(const Communicator& communicator,
                                            std::vector<std::vector<double>> values) const;

 private:
  std::uint64_t seed_;
  std::int64_t resamples_;
};

}  // namespace spinel
