#pragma once

#include <memory>
#include <vector>

#include "parallel/communicator.hpp"
#include "train/flat_weights.hpp"

namespace spinel {

/// Sums gradients over ranks while backward still runs: when the last parameter of a bucket has its gradient, and all
/// buckets before it are on their way, MPI_Iallreduce starts for it. The order is that of FlatWeights on every rank,
/// whatever order its backward takes, also on a rank whose backward leaves parameters out or has no samples. Messages
/// are of a communicator of their own, so that the network may communicate in between.
class GradientReducer {
 public:
  /// Collective.
  GradientReducer(FlatWeights& weights, const Communicator& communicator);
  ~GradientReducer();
  GradientReducer(const GradientReducer&) = delete;
  GradientReducer& operator=(const GradientReducer&) = delete;

  /// Before backward: gradients and notes are 0.
  void begin();
  /// A number that is summed over ranks beside the gradients; after begin(), before backward.
  void set_note(std::int64_t place, double value);
  /// Collective, after backward: all gradients and notes are sums over ranks when it returns.
  void finish();
  double note(std::int64_t place) const;

  /// Share of the buckets so far that were on their way before finish() was called: how much of the communication could
  /// hide behind backward.
  double overlap() const {
    return n_started_ > 0 ? static_cast<double>(n_early_) / static_cast<double>(n_started_) : 0.0;
  }

 private:
  class Hook;

  void parameter_done(std::size_t bucket);
  void start_ready(bool all);

  FlatWeights& weights_;
  Communicator communicator_;
  std::vector<std::size_t> left_;  // [bucket] parameters without their gradient
  std::vector<MPI_Request> requests_;
  std::size_t next_ = 0;  // bucket to start
  std::int64_t n_started_ = 0, n_early_ = 0;
  std::vector<std::pair<std::shared_ptr<void>, std::uintptr_t>> hooks_;  // node of torch, key of the hook
  std::shared_ptr<GradientReducer*> self_;                               // what hooks see; cleared when this is gone
};

}  // namespace spinel
