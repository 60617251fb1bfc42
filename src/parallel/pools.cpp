#include "parallel/pools.hpp"

namespace spinel {

Pools make_pools(const Communicator& communicator, int count) {
  const int ranks = communicator.size();
  if (count < 1 || ranks % count != 0)
    fail_input("&parallel pools = {}: the pools must share the {} MPI ranks equally", count, ranks);
  const int pool_size = ranks / count;
  const int index = communicator.rank() / pool_size;
  return {count, index, communicator.split(index), communicator.split(communicator.rank() % pool_size)};
}

}  // namespace spinel
