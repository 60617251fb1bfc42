#include "parallel/node_shared.hpp"

#include <algorithm>
#include <cstring>
#include <exception>

#include "core/error.hpp"
#include "core/text.hpp"

namespace spinel {

namespace {

int lowest_rank_of_node(const Communicator& all) {
  MPI_Comm node;
  MPI_Comm_split_type(all.mpi(), MPI_COMM_TYPE_SHARED, all.rank(), MPI_INFO_NULL, &node);
  int lowest = all.rank();
  MPI_Allreduce(MPI_IN_PLACE, &lowest, 1, MPI_INT, MPI_MIN, node);
  MPI_Comm_free(&node);
  return lowest;
}

}  // namespace

NodeGroup::NodeGroup(const Communicator& all, int ranks_per_node)
    : all_(all),
      node_(all.split(ranks_per_node > 0 ? all.rank() / ranks_per_node : lowest_rank_of_node(all))),
      leaders_(all.split(node_.is_root() ? 0 : 1)) {
  n_nodes_ = static_cast<int>(all.sum(node_.is_root() ? 1 : 0));
  int leader = leaders_.rank();
  node_.broadcast(&leader, 1);
  leader_of_ = all.all_gather(leader);
}

void NodeGroup::exchange(void* memory, std::uint64_t first, std::uint64_t owned) const {
  if (n_nodes_ == 1) return;
  const auto firsts = all_.all_gather(first), sizes = all_.all_gather(owned);
  if (!node_.is_root()) return;
  for (std::size_t r = 0; r < firsts.size(); ++r)
    leaders_.broadcast(static_cast<char*>(memory) + firsts[r], static_cast<std::size_t>(sizes[r]), leader_of_[r]);
}

NodeMemory::NodeMemory(const Communicator& node, std::uint64_t bytes) : node_(node) {
  const bool first = node.is_root();
  MPI_Errhandler before;
  MPI_Comm_get_errhandler(node.mpi(), &before);
  MPI_Comm_set_errhandler(node.mpi(), MPI_ERRORS_RETURN);
  void* own = nullptr;
  const int code = MPI_Win_allocate_shared(first ? static_cast<MPI_Aint>(std::max<std::uint64_t>(bytes, 1)) : 0, 1,
                                           MPI_INFO_NULL, node.mpi(), &own, &window_);
  MPI_Comm_set_errhandler(node.mpi(), before);
  MPI_Errhandler_free(&before);
  node.fail_together(code == MPI_SUCCESS ? std::string()
                                         : fmt::format("no {} of memory to share on this node (is /dev/shm too small?)",
                                                       human_bytes(static_cast<double>(bytes))));
  MPI_Aint size = 0;
  int unit = 1;
  MPI_Win_shared_query(window_, 0, &size, &unit, &data_);
  MPI_Win_lock_all(MPI_MODE_NOCHECK, window_);
  if (first && bytes > 0) std::memset(data_, 0, bytes);
  fence();
}

NodeMemory::~NodeMemory() {
  // Freeing is collective: where one rank leaves by an exception the others may never come.
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized != 0 || std::uncaught_exceptions() > 0) return;
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
}

void NodeMemory::fence() const {
  MPI_Win_sync(window_);
  node_.barrier();
  MPI_Win_sync(window_);
}

}  // namespace spinel
