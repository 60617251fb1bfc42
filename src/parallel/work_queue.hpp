#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

/// Hands out items of work to pools of ranks, the next one to whichever pool is free, until none are left or one pool
/// asks all to stop. Rank 0 of `world` keeps the list and serves the roots of the other pools whenever it calls poll()
/// or next(), between and during its own items: no thread beside it and no rank kept back. Messages are plain
/// point-to-point ones of a communicator of their own.
class WorkQueue {
 public:
  static constexpr std::int64_t no_more = -1;

  /// Collective over `world`. `pool`: the group of this rank; rank 0 of `world` must be the root of its own. `order`,
  /// on rank 0: numbers of the items, not negative, first come first. `ahead`: a pool asks for its next item when it
  /// gets one, which hides the time until rank 0 looks up. For items that are short and alike; with a few long ones
  /// among them, an item would lie waiting behind a long one. Such items also come several at a time, fewer toward the
  /// end.
  WorkQueue(const Communicator& world, const Communicator& pool, std::vector<std::int64_t> order, bool ahead);

  /// Collective over the pool: its next item, or no_more; reports by that that the one before is done.
  std::int64_t next();

  /// To be called now and then while working, by any rank; only roots of pools do something: rank 0 answers the
  /// others, they look whether work was stopped. Cheap enough for every force call.
  void poll();

  /// Asks all pools to take no more items. `code` > 0 is the reason, the largest given wins.
  void stop(double code);
  /// 0, or why work was stopped, as far as this rank knows: roots of pools from poll(), others from next().
  double stop_code() const { return stop_code_; }

  /// On rank 0: items that are done, as far as reported to it.
  std::int64_t done() const { return done_; }

  /// Collective over `world`, when every pool got −1: rank 0 goes on serving until all have come here.
  void finish();

 private:
  struct Message {
    double kind, value;  // request: items done; stop: the code
  };
  struct Sending {
    MPI_Request request;
    std::vector<std::int64_t> items;
  };

  bool is_server() const { return ranks_.is_root(); }
  bool is_pool_root() const { return pool_.is_root(); }
  void send_to_server(double kind, double value);
  void request();
  std::int64_t receive();
  void answer(int rank, const Message& message);
  void reply(int rank, std::vector<std::int64_t> items);
  std::int64_t take();

  Communicator ranks_, pool_;
  std::vector<std::int64_t> order_;
  bool ahead_;
  std::size_t next_ = 0;
  std::int64_t done_ = 0;
  int n_present_ = 0;             // roots of other pools that have not left, on rank 0
  std::vector<bool> is_present_;  // [rank], on rank 0
  std::list<Sending> sending_;
  std::deque<std::int64_t> batch_;  // items that came with another, to be worked on next
  double n_finished_ = 0.0;         // items done that rank 0 does not know of
  bool requested_ = false, working_ = false, over_ = false;
  bool stop_sent_ = false;
  double stop_code_ = 0.0;
};

}  // namespace spinel
