#pragma once

#include <torch/types.h>

#include "parallel/communicator.hpp"

namespace spinel {

/// Sums over the ranks that share a batch, as nodes of torch's graph keep them.
struct BatchSum : torch::CustomClassHolder {
  explicit BatchSum(const Communicator& communicator_) : communicator(communicator_) {}
  /// In place.
  void operator()(double* values, std::size_t n) const { communicator.sum(values, n); }
  Communicator communicator;
};
/// Null: this rank has the whole batch.
using BatchSumPtr = c10::intrusive_ptr<BatchSum>;

inline BatchSumPtr make_batch_sum(const Communicator* communicator) {
  return communicator != nullptr && communicator->size() > 1 ? c10::make_intrusive<BatchSum>(*communicator)
                                                             : BatchSumPtr();
}

}  // namespace spinel
