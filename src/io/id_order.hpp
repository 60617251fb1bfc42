#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "io/large_buffer.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// Brings rows that lie anywhere, each with a global id in 0 … n_total − 1, into id order: rank r ends with the rows of
/// a contiguous range of ids that is made of whole blocks of `block` ids (the last block may be short). With fewer
/// blocks than ranks the blocks go to ranks spread evenly.
class IdOrder {
 public:
  IdOrder(const Communicator& comm, std::int64_t n_total, std::int64_t block);

  std::int64_t first_block() const { return first_block_; }
  std::int64_t n_blocks() const { return n_blocks_; }  ///< on this rank
  std::int64_t first_id() const { return first_id_; }
  std::int64_t n_ids() const { return n_ids_; }  ///< on this rank

  /// Collective. Plans the exchange for these ids; keeps the last plan where no rank's ids have changed.
  /// Throws Error on all ranks where the ids of all ranks are not 0 … n_total − 1, each once.
  void plan(const std::int64_t* ids, std::size_t n);

  /// Collective. `put(i, to)` stores row i of this rank in `row_bytes` bytes at `to`; the rows of ids first_id() …
  /// arrive at `out` in id order.
  template <class Put>
  void exchange(std::size_t row_bytes, Put&& put, char* out) const {
    if (comm_.size() == 1) {
      for (std::size_t i = 0; i < slot_.size(); ++i) {
        prefetch(i, row_bytes, out);
        put(i, out + slot_[i] * row_bytes);
      }
      return;
    }
    send_.require(send_row_.size() * row_bytes);
    for (std::size_t k = 0; k < send_row_.size(); ++k) put(send_row_[k], send_.data() + k * row_bytes);
    receive(row_bytes, out);
  }

 private:
  void make_plan(const std::int64_t* ids, std::size_t n);
  void receive(std::size_t row_bytes, char* out) const;
  // Rows go to places all over memory: asking for those of later rows hides most of the wait.
  void prefetch(std::size_t k, std::size_t row_bytes, char* out) const {
    constexpr std::size_t ahead = 24;
    if (k + ahead < slot_.size()) __builtin_prefetch(out + slot_[k + ahead] * row_bytes, 1);
  }
  int rank_of(std::int64_t id) const;

  Communicator comm_;
  std::int64_t n_total_, block_, blocks_total_;
  std::int64_t first_block_, n_blocks_, first_id_, n_ids_;
  bool planned_ = false;
  std::vector<std::int64_t> ids_;        // those of the plan
  std::vector<std::uint32_t> send_row_;  // own rows, ordered by the rank they go to
  std::vector<std::uint32_t> slot_;      // of each row that arrives, its place in id order
  mutable LargeBuffer send_, arrived_;   // kept from frame to frame
  std::vector<int> send_count_, send_start_, receive_count_, receive_start_;
};

}  // namespace spinel
