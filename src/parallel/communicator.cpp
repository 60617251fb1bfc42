#include "parallel/communicator.hpp"

#include <array>
#include <cstdio>
#include <numeric>

#include "parallel/job_end.hpp"
#include "parallel/sleep_until.hpp"

namespace spinel {

namespace {

constexpr int tag_gather = 11, tag_all_to_all = 12;

void sleep_until_done(MPI_Request& request) {
  sleep_until([&] {
    int done = 0;
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    return done != 0;
  });
}

// MPI calls it from C code, through which no exception may pass.
void report_and_abort(MPI_Comm* comm, int* code, ...) {
  int rank = -1, length = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  MPI_Error_string(*code, text.data(), &length);
  std::fprintf(stderr, "spinel: MPI error on rank %d: %s\n", rank, text.data());
  std::fflush(stderr);
  end_job(1);
  MPI_Abort(comm != nullptr ? *comm : MPI_COMM_WORLD, 1);
}

}  // namespace

MpiRuntime::MpiRuntime(int& argc, char**& argv) {
  int provided = 0;
  // Networks on a GPU communicate from a thread of torch while the main thread waits; nothing else needs that.
  MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided);
  if (provided < MPI_THREAD_FUNNELED) fail("this MPI does not allow threads beside it (MPI_THREAD_FUNNELED)");
  MPI_Errhandler handler;
  MPI_Comm_create_errhandler(report_and_abort, &handler);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, handler);
  MPI_Comm_set_errhandler(MPI_COMM_SELF, handler);
  MPI_Errhandler_free(&handler);
  watch_ranks_of_node();
}

MpiRuntime::~MpiRuntime() {
  // Ranks that are through with MPI_Finalize may end before others.
  forget_ranks_of_node();
  MPI_Finalize();
}

Communicator::Communicator(MPI_Comm comm) : comm_(comm) {
  MPI_Comm_rank(comm_, &rank_);
  MPI_Comm_size(comm_, &size_);
}

Communicator Communicator::world() { return Communicator(MPI_COMM_WORLD); }

Communicator Communicator::self() { return Communicator(MPI_COMM_SELF); }

Communicator Communicator::split(int color) const {
  MPI_Comm part;
  MPI_Comm_split(comm_, color, rank_, &part);
  Communicator result(part);
  result.owner_ = std::shared_ptr<void>(nullptr, [part](void*) {
    int finalized = 0;
    MPI_Finalized(&finalized);
    MPI_Comm handle = part;
    if (finalized == 0) MPI_Comm_free(&handle);
  });
  return result;
}

int Communicator::rank_on_node() const {
  MPI_Comm node;
  MPI_Comm_split_type(comm_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node);
  int rank = 0;
  MPI_Comm_rank(node, &rank);
  MPI_Comm_free(&node);
  return rank;
}

void Communicator::barrier() const { MPI_Barrier(comm_); }

void Communicator::sleep_until_root() const {
  if (size_ == 1) return;
  char token = 0;
  MPI_Request request;
  MPI_Ibcast(&token, 1, MPI_CHAR, 0, comm_, &request);
  sleep_until_done(request);
}

void Communicator::sleep_until_all() const {
  if (size_ == 1) return;
  MPI_Request request;
  MPI_Ibarrier(comm_, &request);
  sleep_until_done(request);
}

std::int64_t Communicator::exclusive_scan(std::int64_t value) const {
  std::int64_t below = 0;
  MPI_Exscan(&value, &below, 1, MPI_INT64_T, MPI_SUM, comm_);
  return rank_ == 0 ? 0 : below;
}

void Communicator::broadcast(std::string& text, int root) const {
  std::uint64_t n = text.size();
  broadcast(&n, 1, root);
  text.resize(static_cast<std::size_t>(n));
  broadcast(text.data(), text.size(), root);
}

template <class T>
std::vector<T> Communicator::gather(const std::vector<T>& values, int root) const {
  const auto counts = all_gather(static_cast<std::uint64_t>(values.size()));
  std::vector<T> result;
  if (rank_ != root) {
    for (std::size_t at = 0; at < values.size(); at += max_piece)
      MPI_Send(values.data() + at, checked_count(std::min(max_piece, values.size() - at)), mpi_type<T>(), root,
               tag_gather, comm_);
    return result;
  }
  result.resize(static_cast<std::size_t>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0})));
  std::size_t first = 0;
  for (int source = 0; source < size_; ++source) {
    const auto n = static_cast<std::size_t>(counts[static_cast<std::size_t>(source)]);
    T* target = result.data() + first;
    if (source == root) {
      std::copy(values.begin(), values.end(), target);
    } else {
      for (std::size_t at = 0; at < n; at += max_piece)
        MPI_Recv(target + at, checked_count(std::min(max_piece, n - at)), mpi_type<T>(), source, tag_gather, comm_,
                 MPI_STATUS_IGNORE);
    }
    first += n;
  }
  return result;
}

template <class T>
std::vector<T> Communicator::all_to_all(const std::vector<T>& values, const std::vector<std::int64_t>& send_counts,
                                        std::vector<std::int64_t>* receive_counts) const {
  const auto n_ranks = static_cast<std::size_t>(size_);
  if (send_counts.size() != n_ranks || std::accumulate(send_counts.begin(), send_counts.end(), std::int64_t{0}) !=
                                           static_cast<std::int64_t>(values.size()))
    fail("all_to_all: the counts of {} ranks do not add up to the {} values sent", send_counts.size(), values.size());
  std::vector<std::int64_t> incoming(n_ranks);
  MPI_Alltoall(send_counts.data(), 1, MPI_INT64_T, incoming.data(), 1, MPI_INT64_T, comm_);

  std::vector<T> result(static_cast<std::size_t>(std::accumulate(incoming.begin(), incoming.end(), std::int64_t{0})));
  std::vector<MPI_Request> requests;
  T* target = result.data();
  T* own_target = nullptr;
  for (int source = 0; source < size_; ++source) {
    const auto n = static_cast<std::size_t>(incoming[static_cast<std::size_t>(source)]);
    if (source == rank_) {
      own_target = target;
    } else {
      for (std::size_t at = 0; at < n; at += max_piece)
        MPI_Irecv(target + at, checked_count(std::min(max_piece, n - at)), mpi_type<T>(), source, tag_all_to_all, comm_,
                  &requests.emplace_back());
    }
    target += n;
  }
  const T* from = values.data();
  for (int destination = 0; destination < size_; ++destination) {
    const auto n = static_cast<std::size_t>(send_counts[static_cast<std::size_t>(destination)]);
    if (destination == rank_) {
      std::copy(from, from + n, own_target);
    } else {
      for (std::size_t at = 0; at < n; at += max_piece)
        MPI_Isend(from + at, checked_count(std::min(max_piece, n - at)), mpi_type<T>(), destination, tag_all_to_all,
                  comm_, &requests.emplace_back());
    }
    from += n;
  }
  MPI_Waitall(checked_count(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
  if (receive_counts != nullptr) *receive_counts = std::move(incoming);
  return result;
}

void Communicator::fail_together(const std::string& message) const {
  const int first = min(message.empty() ? size_ : rank_);
  if (first == size_) return;
  std::string text = message;
  broadcast(text, first);
  throw CollectiveError(size_ == 1 ? text : fmt::format("rank {}: {}", first, text));
}

int Communicator::checked_count(std::size_t n) {
  if (n > 0x7fffffffU) fail("a message of {} elements is beyond MPI's limit of 2147483647: use more ranks", n);
  return static_cast<int>(n);
}

#define SPINEL_INSTANTIATE(T)                                                                               \
  template std::vector<T> Communicator::gather(const std::vector<T>&, int) const;                           \
  template std::vector<T> Communicator::all_to_all(const std::vector<T>&, const std::vector<std::int64_t>&, \
                                                   std::vector<std::int64_t>*) const;
SPINEL_INSTANTIATE(double)
SPINEL_INSTANTIATE(float)
SPINEL_INSTANTIATE(std::int32_t)
SPINEL_INSTANTIATE(std::uint32_t)
SPINEL_INSTANTIATE(std::int64_t)
SPINEL_INSTANTIATE(std::uint64_t)
SPINEL_INSTANTIATE(char)
SPINEL_INSTANTIATE(unsigned char)
#undef SPINEL_INSTANTIATE

}  // namespace spinel
