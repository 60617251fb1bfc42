#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace spinel {

/// Which samples make a batch, decided by seed, member and epoch alone, not by the number of ranks: every epoch takes
/// every sample once, in an order of its own. n samples make ⌈n/batch⌉ batches whose sizes differ by at most one, so
/// that none is a small rest with a noisy gradient.
class BatchSampler {
 public:
  /// `samples`: of the training part. `member` of an ensemble: members see different orders.
  BatchSampler(std::vector<std::int64_t> samples, std::int64_t batch, std::uint64_t seed, std::uint64_t member);

  std::int64_t n_batches() const { return n_batches_; }
  /// Draws the order of this epoch; that of the first batch() is 0.
  void set_epoch(std::int64_t epoch);
  /// The samples of a batch of the present epoch, in drawn order. batch < n_batches().
  std::vector<std::int64_t> batch(std::int64_t batch) const;

 private:
  std::vector<std::int64_t> samples_, order_;
  std::int64_t n_batches_;
  std::uint64_t seed_, member_;
};

/// The samples of a batch that `rank` of `n_ranks` takes, in the batch's order. Shares of cost as equal as a greedy
/// choice makes them (largest first, each to the rank with the least so far; ties to the lower rank): at most 4/3 of
/// the best possible maximum (Graham, SIAM J. Appl. Math. 17, 416 (1969)). Every rank finds the same shares.
std::vector<std::int64_t> shard(const std::vector<std::int64_t>& batch, const std::function<double(std::int64_t)>& cost,
                                int rank, int n_ranks);

}  // namespace spinel
