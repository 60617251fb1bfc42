#include "parallel/work_queue.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "parallel/sleep_until.hpp"

namespace spinel {

namespace {

constexpr int tag_to_server = 21, tag_reply = 22, tag_stop = 23;
constexpr double kind_request = 0.0, kind_stop = 1.0, kind_leave = 2.0;
constexpr std::size_t most_at_once = 32;

/// An item may take hours of other programs, which need the processors of the ranks that wait here.
MPI_Status sleep_until_message(const Communicator& ranks, int source, int tag) {
  MPI_Status status;
  sleep_until([&] {
    int there = 0;
    MPI_Iprobe(source, tag, ranks.mpi(), &there, &status);
    return there != 0;
  });
  return status;
}

}  // namespace

WorkQueue::WorkQueue(const Communicator& world, const Communicator& pool, std::vector<std::int64_t> order, bool ahead)
    : ranks_(world.split(0)), pool_(pool), order_(std::move(order)), ahead_(ahead) {
  const auto roots = ranks_.all_gather(static_cast<std::int32_t>(pool_.is_root() ? 1 : 0));
  if (roots[0] == 0) fail("the first rank must be the root of its pool");
  is_present_.assign(roots.begin(), roots.end());
  is_present_[0] = false;
  n_present_ = static_cast<int>(std::count(is_present_.begin(), is_present_.end(), true));
}

void WorkQueue::send_to_server(double kind, double value) {
  const std::array<double, 2> message{kind, value};
  MPI_Send(message.data(), 2, MPI_DOUBLE, 0, tag_to_server, ranks_.mpi());
}

void WorkQueue::request() {
  send_to_server(kind_request, std::exchange(n_finished_, 0.0));
  requested_ = true;
}

/// The first item of a reply; the others follow from batch_.
std::int64_t WorkQueue::receive() {
  const MPI_Status status = sleep_until_message(ranks_, 0, tag_reply);
  int size = 0;
  MPI_Get_count(&status, MPI_INT64_T, &size);
  std::vector<std::int64_t> items(static_cast<std::size_t>(size));
  MPI_Recv(items.data(), size, MPI_INT64_T, 0, tag_reply, ranks_.mpi(), MPI_STATUS_IGNORE);
  requested_ = false;
  batch_.insert(batch_.end(), items.begin() + 1, items.end());
  return items.front();
}

void WorkQueue::reply(int rank, std::vector<std::int64_t> items) {
  sending_.remove_if([](Sending& sending) {
    int done = 0;
    MPI_Test(&sending.request, &done, MPI_STATUS_IGNORE);
    return done != 0;
  });
  Sending& sending = sending_.emplace_back();
  sending.items = std::move(items);
  MPI_Isend(sending.items.data(), Communicator::checked_count(sending.items.size()), MPI_INT64_T, rank, tag_reply,
            ranks_.mpi(), &sending.request);
}

std::int64_t WorkQueue::take() { return next_ == order_.size() || stop_code_ > 0.0 ? no_more : order_[next_++]; }

void WorkQueue::answer(int rank, const Message& message) {
  if (message.kind == kind_request) {
    done_ += static_cast<std::int64_t>(message.value);
    std::vector<std::int64_t> items = {take()};
    // Of short items several at once, fewer and fewer toward the end: this rank answers between items of its own only.
    if (ahead_ && items.front() != no_more) {
      const std::size_t left = order_.size() - next_, pools = static_cast<std::size_t>(n_present_) + 1;
      for (std::size_t n = std::min(most_at_once, left / (8 * pools)); n > 0; --n) items.push_back(take());
    }
    reply(rank, std::move(items));
  } else if (message.kind == kind_stop) {
    stop(message.value);
  } else {
    done_ += static_cast<std::int64_t>(message.value);
    is_present_[static_cast<std::size_t>(rank)] = false;
    --n_present_;
    // The number states whether a stop was sent, so that the receiver knows how many messages there are to take.
    reply(rank, {stop_sent_ ? 1 : 0});
  }
}

void WorkQueue::poll() {
  if (is_server()) {
    while (n_present_ > 0) {
      int there = 0;
      MPI_Status status;
      MPI_Iprobe(MPI_ANY_SOURCE, tag_to_server, ranks_.mpi(), &there, &status);
      if (there == 0) return;
      std::array<double, 2> message{};
      MPI_Recv(message.data(), 2, MPI_DOUBLE, status.MPI_SOURCE, tag_to_server, ranks_.mpi(), MPI_STATUS_IGNORE);
      answer(status.MPI_SOURCE, {message[0], message[1]});
    }
  } else if (is_pool_root() && !stop_sent_) {
    int there = 0;
    MPI_Iprobe(0, tag_stop, ranks_.mpi(), &there, MPI_STATUS_IGNORE);
    if (there == 0) return;
    double code = 0.0;
    MPI_Recv(&code, 1, MPI_DOUBLE, 0, tag_stop, ranks_.mpi(), MPI_STATUS_IGNORE);
    stop_sent_ = true;
    stop_code_ = std::max(stop_code_, code);
  }
}

void WorkQueue::stop(double code) {
  if (!is_pool_root() || code <= stop_code_) return;
  stop_code_ = code;
  if (!is_server()) {
    send_to_server(kind_stop, code);
  } else if (!stop_sent_) {
    stop_sent_ = true;
    for (int rank = 1; rank < ranks_.size(); ++rank)
      if (is_present_[static_cast<std::size_t>(rank)]) MPI_Send(&code, 1, MPI_DOUBLE, rank, tag_stop, ranks_.mpi());
  }
}

std::int64_t WorkQueue::next() {
  poll();
  std::int64_t item = no_more;
  if (is_server()) {
    if (working_) ++done_;
    item = take();
    working_ = item != no_more;
  } else if (is_pool_root() && stop_code_ == 0.0 && !over_) {
    if (std::exchange(working_, false)) n_finished_ += 1.0;
    if (!batch_.empty()) {
      item = batch_.front();
      batch_.pop_front();
    } else {
      if (!requested_) request();
      item = receive();
      over_ = item == no_more;
      // Asking ahead reports the items before; those that came now are reported with the next request.
      if (ahead_ && !over_) request();
    }
    working_ = !over_;
  }
  pool_.sleep_until_root();
  pool_.broadcast(&item, 1);
  pool_.broadcast(&stop_code_, 1);
  return item;
}

void WorkQueue::finish() {
  if (is_server()) {
    while (n_present_ > 0) {
      sleep_until_message(ranks_, MPI_ANY_SOURCE, tag_to_server);
      poll();
    }
    for (Sending& sending : sending_) MPI_Wait(&sending.request, MPI_STATUS_IGNORE);
    sending_.clear();
  } else if (is_pool_root()) {
    if (requested_) receive();
    send_to_server(kind_leave, n_finished_ + (working_ ? 1.0 : 0.0));
    const bool stop_was_sent = receive() == 1;
    if (stop_was_sent && !stop_sent_) {
      double code = 0.0;
      MPI_Recv(&code, 1, MPI_DOUBLE, 0, tag_stop, ranks_.mpi(), MPI_STATUS_IGNORE);
      stop_code_ = std::max(stop_code_, code);
    }
  }
  ranks_.sleep_until_all();
}

}  // namespace spinel
