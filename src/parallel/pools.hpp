#pragma once

#include "parallel/communicator.hpp"

namespace spinel {

/// The ranks of a communicator in groups of equal size, as Quantum ESPRESSO's pools: pool p holds the ranks
/// [p·size/count, (p+1)·size/count), so a pool stays on neighboring ranks and nodes.
struct Pools {
  int count;            ///< how many pools
  int index;            ///< which one this rank is in
  Communicator within;  ///< the ranks of this pool
  Communicator across;  ///< the ranks with the same place in every pool; its rank is `index`
};

/// Collective. Throws InputError where `count` does not divide the number of ranks.
Pools make_pools(const Communicator& communicator, int count);

}  // namespace spinel
