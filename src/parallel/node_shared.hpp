#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

/// The ranks of a communicator by the nodes they run on.
class NodeGroup {
 public:
  /// Collective. `ranks_per_node` above 0 splits into nodes of that many ranks: for tests of what several nodes do.
  explicit NodeGroup(const Communicator& all, int ranks_per_node = 0);

  const Communicator& all() const { return all_; }
  const Communicator& node() const { return node_; }  ///< ranks of this rank's node
  int n_nodes() const { return n_nodes_; }

  /// Collective. `owned` bytes from `first` on of memory that is the same on all nodes but so far holds, on each node,
  /// only what the ranks of that node put there: afterwards every node has the parts of all ranks.
  void exchange(void* memory, std::uint64_t first, std::uint64_t owned) const;

 private:
  Communicator all_, node_, leaders_;  // leaders_: the first rank of each node; of no meaning on the others
  int n_nodes_ = 1;
  std::vector<int> leader_of_;  // [rank of all_] rank in leaders_ of its node's leader
};

/// `bytes` of memory that the ranks of a node share (MPI_Win_allocate_shared).
class NodeMemory {
 public:
  NodeMemory(const Communicator& node, std::uint64_t bytes);
  ~NodeMemory();
  NodeMemory(const NodeMemory&) = delete;
  NodeMemory& operator=(const NodeMemory&) = delete;

  void* data() const { return data_; }
  void fence() const;

 private:
  Communicator node_;
  MPI_Win window_ = MPI_WIN_NULL;
  void* data_ = nullptr;
};

/// An array held once per node, zero at first; every rank of the node sees all of it. Making and destroying it are
/// collective. Writers and readers are kept apart by fence(). Movable, not copyable.
template <class T>
class NodeShared {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  NodeShared() = default;
  NodeShared(const NodeGroup& group, std::size_t size)
      : memory_(std::make_unique<NodeMemory>(group.node(), size * sizeof(T))), size_(size) {}

  T* data() { return memory_ ? static_cast<T*>(memory_->data()) : nullptr; }
  const T* data() const { return memory_ ? static_cast<const T*>(memory_->data()) : nullptr; }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data()[i]; }
  const T& operator[](std::size_t i) const { return data()[i]; }

  /// Collective over the node: what any of its ranks wrote before, all of them read after.
  void fence() const {
    if (memory_) memory_->fence();
  }
  /// Collective over the group's communicator: each rank wrote elements first … first + n − 1 of its own node's copy,
  /// together all or some; afterwards all nodes hold them all.
  void exchange(const NodeGroup& group, std::size_t first, std::size_t n) {
    fence();
    group.exchange(data(), first * sizeof(T), n * sizeof(T));
    fence();
  }

 private:
  std::unique_ptr<NodeMemory> memory_;
  std::size_t size_ = 0;
};

}  // namespace spinel
