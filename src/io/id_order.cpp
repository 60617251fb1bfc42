#include "io/id_order.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace spinel {

namespace {

// Blocks [rank·n/size, (rank+1)·n/size) belong to a rank.
std::int64_t block_start(std::int64_t rank, std::int64_t n_blocks, std::int64_t n_ranks) {
  return rank * n_blocks / n_ranks;
}

}  // namespace

IdOrder::IdOrder(const Communicator& comm, std::int64_t n_total, std::int64_t block)
    : comm_(comm), n_total_(n_total), block_(block), blocks_total_((n_total + block - 1) / block) {
  first_block_ = block_start(comm.rank(), blocks_total_, comm.size());
  n_blocks_ = block_start(comm.rank() + 1, blocks_total_, comm.size()) - first_block_;
  first_id_ = std::min(first_block_ * block, n_total);
  n_ids_ = std::min((first_block_ + n_blocks_) * block, n_total) - first_id_;
}

int IdOrder::rank_of(std::int64_t id) const {
  const std::int64_t b = id / block_;
  // The largest rank whose first block is at or before b.
  return static_cast<int>(((b + 1) * comm_.size() - 1) / blocks_total_);
}

void IdOrder::plan(const std::int64_t* ids, std::size_t n) {
  const bool same = planned_ && ids_.size() == n && std::equal(ids, ids + n, ids_.begin());
  if (comm_.min(same ? 1 : 0) == 1) return;
  planned_ = false;
  make_plan(ids, n);
  ids_.assign(ids, ids + n);
  planned_ = true;
}

void IdOrder::make_plan(const std::int64_t* ids, std::size_t n) {
  std::string problem;
  const auto most = std::numeric_limits<int>::max();
  if (n > static_cast<std::size_t>(most) || n_ids_ > most)
    problem = fmt::format("{} atoms on one rank are too many for one exchange; use more ranks", n);
  for (std::size_t i = 0; i < n && problem.empty(); ++i)
    if (ids[i] < 0 || ids[i] >= n_total_) problem = fmt::format("atom id {} is outside 0 … {}", ids[i], n_total_ - 1);
  comm_.fail_together(problem);

  const auto n_ranks = static_cast<std::size_t>(comm_.size());
  std::vector<std::int64_t> arriving;
  if (n_ranks == 1) {
    arriving.assign(ids, ids + n);
  } else {
    std::vector<int> target(n);
    send_count_.assign(n_ranks, 0);
    receive_count_.assign(n_ranks, 0);
    for (std::size_t i = 0; i < n; ++i) ++send_count_[static_cast<std::size_t>(target[i] = rank_of(ids[i]))];
    send_start_.assign(n_ranks, 0);
    std::partial_sum(send_count_.begin(), send_count_.end() - 1, send_start_.begin() + 1);
    std::vector<int> next = send_start_;
    send_row_.resize(n);
    std::vector<std::int64_t> leaving(n);
    for (std::size_t i = 0; i < n; ++i) {
      const auto k = static_cast<std::size_t>(next[static_cast<std::size_t>(target[i])]++);
      send_row_[k] = static_cast<std::uint32_t>(i);
      leaving[k] = ids[i];
    }
    MPI_Alltoall(send_count_.data(), 1, MPI_INT, receive_count_.data(), 1, MPI_INT, comm_.mpi());
    const auto total = std::accumulate(receive_count_.begin(), receive_count_.end(), std::int64_t{0});
    comm_.fail_together(total == n_ids_ ? ""
                                        : fmt::format("{} atoms arrived for {} ids: an id is missing or occurs "
                                                      "twice",
                                                      total, n_ids_));
    receive_start_.assign(n_ranks, 0);
    std::partial_sum(receive_count_.begin(), receive_count_.end() - 1, receive_start_.begin() + 1);
    arriving.resize(static_cast<std::size_t>(total));
    MPI_Alltoallv(leaving.data(), send_count_.data(), send_start_.data(), MPI_INT64_T, arriving.data(),
                  receive_count_.data(), receive_start_.data(), MPI_INT64_T, comm_.mpi());
  }

  slot_.resize(arriving.size());
  std::vector<char> seen(static_cast<std::size_t>(n_ids_), 0);
  std::int64_t distinct = 0;
  for (std::size_t k = 0; k < arriving.size(); ++k) {
    slot_[k] = static_cast<std::uint32_t>(arriving[k] - first_id_);
    distinct += seen[slot_[k]] == 0;
    seen[slot_[k]] = 1;
  }
  comm_.fail_together(distinct == n_ids_ && static_cast<std::int64_t>(slot_.size()) == n_ids_
                          ? ""
                          : fmt::format("{} different ids among {} atoms where {} were expected: an id is missing or "
                                        "occurs twice",
                                        distinct, slot_.size(), n_ids_));
}

void IdOrder::receive(std::size_t row_bytes, char* out) const {
  MPI_Datatype row;
  MPI_Type_contiguous(static_cast<int>(row_bytes), MPI_BYTE, &row);
  MPI_Type_commit(&row);
  arrived_.require(slot_.size() * row_bytes);
  MPI_Alltoallv(send_.data(), send_count_.data(), send_start_.data(), row, arrived_.data(), receive_count_.data(),
                receive_start_.data(), row, comm_.mpi());
  MPI_Type_free(&row);
  const auto place = [&](auto width) {
    for (std::size_t k = 0; k < slot_.size(); ++k) {
      prefetch(k, width, out);
      std::memcpy(out + slot_[k] * width, arrived_.data() + k * width, width);
    }
  };
  // A width known to the compiler makes each copy a few instructions.
  if (row_bytes == 12)
    place(std::integral_constant<std::size_t, 12>{});
  else if (row_bytes == 24)
    place(std::integral_constant<std::size_t, 24>{});
  else
    place(row_bytes);
}

}  // namespace spinel
