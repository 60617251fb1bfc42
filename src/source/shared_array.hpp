#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "parallel/node_shared.hpp"

namespace spinel {

/// An array that every rank reads: once per node where it is large, in each rank's own memory where it is small, since
/// a window of MPI costs more than that and there may be thousands of files.
template <class T>
class SharedArray {
 public:
  SharedArray() = default;
  /// Collective. `size` elements, zero at first, to be filled in at fill() before filled().
  SharedArray(const Communicator& all, std::size_t size) : size_(size) {
    constexpr std::size_t small = 1 << 20;  // bytes
    if (size * sizeof(T) <= small) {
      own_.resize(size);
    } else {
      group_ = std::make_unique<NodeGroup>(all);
      node_ = NodeShared<T>(*group_, size);
    }
  }
  /// Collective. What rank 0 has.
  static SharedArray from_root(const Communicator& all, const std::vector<T>& values) {
    std::uint64_t n = values.size();
    all.broadcast(&n, 1);
    SharedArray array(all, static_cast<std::size_t>(n));
    T* data = array.group_ ? array.node_.data() : array.own_.data();
    if (all.is_root()) std::copy(values.begin(), values.end(), data);
    if (array.group_)
      array.node_.exchange(*array.group_, 0, all.is_root() ? values.size() : 0);
    else
      all.broadcast(reinterpret_cast<char*>(data), array.size() * sizeof(T));
    return array;
  }

  /// Where this rank is to put the elements; null where another rank of the node does.
  T* fill() { return !group_ ? own_.data() : group_->node().is_root() ? node_.data() : nullptr; }
  /// Collective.
  void filled() {
    if (group_) node_.fence();
  }

  std::size_t size() const { return size_; }
  const T* data() const { return group_ ? node_.data() : own_.data(); }
  const T& operator[](std::size_t i) const { return data()[i]; }

 private:
  std::size_t size_ = 0;
  std::vector<T> own_;
  std::unique_ptr<NodeGroup> group_;  // of node_; null: own_ has it
  NodeShared<T> node_;
};

}  // namespace spinel
