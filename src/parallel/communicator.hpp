#pragma once

#include <mpi.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace spinel {

/// Initializes MPI on construction and finalizes it on destruction; one per process, owned by main. An error inside MPI
/// (a lost node, a truncated message) prints the rank and MPI's own words and aborts all ranks: no run hangs on it.
class MpiRuntime {
 public:
  MpiRuntime(int& argc, char**& argv);
  ~MpiRuntime();
  MpiRuntime(const MpiRuntime&) = delete;
  MpiRuntime& operator=(const MpiRuntime&) = delete;
};

template <class T>
MPI_Datatype mpi_type();
template <>
inline MPI_Datatype mpi_type<double>() {
  return MPI_DOUBLE;
}
template <>
inline MPI_Datatype mpi_type<float>() {
  return MPI_FLOAT;
}
template <>
inline MPI_Datatype mpi_type<std::int32_t>() {
  return MPI_INT32_T;
}
template <>
inline MPI_Datatype mpi_type<std::uint32_t>() {
  return MPI_UINT32_T;
}
template <>
inline MPI_Datatype mpi_type<std::int64_t>() {
  return MPI_INT64_T;
}
template <>
inline MPI_Datatype mpi_type<std::uint64_t>() {
  return MPI_UINT64_T;
}
template <>
inline MPI_Datatype mpi_type<char>() {
  return MPI_CHAR;
}
template <>
inline MPI_Datatype mpi_type<unsigned char>() {
  return MPI_UNSIGNED_CHAR;
}

/// A group of ranks that work together. Copies share the same group; the last one frees it.
/// There is no global communicator: whoever communicates was handed one. Arrays longer than MPI's 2³¹ − 1 elements
/// travel in pieces. T: any type mpi_type<T>() knows.
class Communicator {
 public:
  /// All ranks of the program.
  static Communicator world();
  /// This rank alone.
  static Communicator self();

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_root() const { return rank_ == 0; }
  MPI_Comm mpi() const { return comm_; }

  /// Splits into groups of equal `color`, ordered by this communicator's ranks. Collective.
  Communicator split(int color) const;
  /// Place of this rank among those that share its node's memory. Collective.
  int rank_on_node() const;

  void barrier() const;
  /// Collective. Returns once rank 0 has come here too; the others sleep until then, and leave their processors to
  /// other programs. For waits of milliseconds and more.
  void sleep_until_root() const;
  /// The same for all ranks: a barrier.
  void sleep_until_all() const;
  template <class T>
  T sum(T value) const {
    return reduce(value, MPI_SUM);
  }
  template <class T>
  T max(T value) const {
    return reduce(value, MPI_MAX);
  }
  template <class T>
  T min(T value) const {
    return reduce(value, MPI_MIN);
  }
  /// Element-wise, in place, the result on every rank.
  template <class T>
  void sum(T* values, std::size_t n) const {
    reduce(values, n, MPI_SUM);
  }
  template <class T>
  void max(T* values, std::size_t n) const {
    reduce(values, n, MPI_MAX);
  }
  template <class T>
  void min(T* values, std::size_t n) const {
    reduce(values, n, MPI_MIN);
  }
  /// Sum over lower ranks; 0 on rank 0.
  std::int64_t exclusive_scan(std::int64_t value) const;

  template <class T>
  void broadcast(T* values, std::size_t n, int root = 0) const {
    for (std::size_t at = 0; at < n; at += max_piece)
      MPI_Bcast(values + at, checked_count(std::min(max_piece, n - at)), mpi_type<T>(), root, comm_);
  }
  /// Resizes on the other ranks.
  void broadcast(std::string& text, int root = 0) const;
  template <class T>
  void broadcast(std::vector<T>& values, int root = 0) const {
    std::uint64_t n = values.size();
    broadcast(&n, 1, root);
    values.resize(static_cast<std::size_t>(n));
    broadcast(values.data(), values.size(), root);
  }
  /// One value of each rank, in rank order, on every rank.
  template <class T>
  std::vector<T> all_gather(T value) const {
    std::vector<T> result(static_cast<std::size_t>(size_));
    MPI_Allgather(&value, 1, mpi_type<T>(), result.data(), 1, mpi_type<T>(), comm_);
    return result;
  }
  /// The vectors of all ranks joined in rank order, on `root`; empty elsewhere.
  template <class T>
  std::vector<T> gather(const std::vector<T>& values, int root = 0) const;
  /// Sends values[displacement of r … + send_counts[r]) to rank r for every r; returns what arrived, in rank order,
  /// and stores how much came from each rank.
  template <class T>
  std::vector<T> all_to_all(const std::vector<T>& values, const std::vector<std::int64_t>& send_counts,
                            std::vector<std::int64_t>* receive_counts = nullptr) const;

  /// Collective: if any rank brings a non-empty message, every rank throws Error naming the first such rank.
  /// The way to turn an error that one rank found into one that all ranks leave by.
  void fail_together(const std::string& message) const;

  /// n as MPI counts it; throws where n ≥ 2³¹.
  static int checked_count(std::size_t n);

 private:
  static constexpr std::size_t max_piece = std::size_t{1} << 30;

  explicit Communicator(MPI_Comm comm);
  template <class T>
  T reduce(T value, MPI_Op op) const {
    reduce(&value, 1, op);
    return value;
  }
  template <class T>
  void reduce(T* values, std::size_t n, MPI_Op op) const {
    for (std::size_t at = 0; at < n; at += max_piece)
      MPI_Allreduce(MPI_IN_PLACE, values + at, checked_count(std::min(max_piece, n - at)), mpi_type<T>(), op, comm_);
  }

  MPI_Comm comm_;
  int rank_ = 0, size_ = 1;
  std::shared_ptr<void> owner_;  // frees a split communicator with its last copy
};

}  // namespace spinel
