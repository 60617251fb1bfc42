#pragma once

#include <torch/types.h>

#include "domain/halo.hpp"

namespace spinel {

/// The halo as nodes of torch's graph keep it. It must outlive the graphs that went through it.
struct HaloExchange : torch::CustomClassHolder {
  HaloExchange(Halo& halo_, std::size_t n_owned_, std::size_t n_all_)
      : halo(halo_), n_owned(static_cast<std::int64_t>(n_owned_)), n_all(static_cast<std::int64_t>(n_all_)) {}
  Halo& halo;
  std::int64_t n_owned, n_all;
};
using HaloExchangePtr = c10::intrusive_ptr<HaloExchange>;

/// Per-atom features [atom][width] between owners and ghosts, as functions that torch differentiates any number of
/// times: each is the adjoint of the other. Every call, and every pass of autograd through one, is collective: a rank
/// without atoms brings tensors of zero rows that require gradients where those of the others do. Autograd runs
/// functions of CPU tensors on the thread that called it, and those of GPU tensors on a thread of that GPU while the
/// caller waits. Tensors on a GPU travel through host memory. With no exchange (null) there are no ghosts, and both
/// give back what they are given.

/// [owned][width] → [owned, then ghosts][width]: ghosts get the rows of their owners.
torch::Tensor to_ghosts(const torch::Tensor& owned, const HaloExchangePtr& exchange);
/// [owned, then ghosts][width] → [owned][width]: rows of ghosts are added to those of their owners.
torch::Tensor to_owners(const torch::Tensor& all, const HaloExchangePtr& exchange);

}  // namespace spinel
