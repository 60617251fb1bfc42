#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "campaign/campaign_journal.hpp"
#include "parallel/pools.hpp"
#include "run/context.hpp"
#include "run/run_control.hpp"
#include "run/run_files.hpp"

namespace spinel {

/// What a campaign is about.
struct CampaignPlan {
  std::string journal;                ///< folder; empty: items keep their own results, and every run does all of them
  std::int64_t n_items = 0;           ///< on all ranks
  std::string things = "structures";  ///< what is counted, for messages
  std::int64_t things_per_item = 1;   ///< the last item may have fewer …
  std::int64_t n_things = 0;          ///< … of this many in all; 0: as many as items
  std::string steps{};                ///< what the progress line counts instead, "steps of training" …
  std::int64_t steps_per_item = 0;    ///< … about so many an item; 0: things
  bool shows_progress = true;
  int n_pools = 1;           ///< see pools_for()
  bool short_items = false;  ///< short and alike: a pool asks for the next one ahead
  /// On rank 0: grows with the time an item takes, costliest first; none: in the order of numbers.
  std::function<double(std::int64_t)> cost{};
  /// On any rank: s that the next step of work will take where that is long enough to matter; what max_seconds would
  /// cut short is not begun. None: no matter.
  std::function<double()> step_seconds{};
  /// On rank 0: hashes of what the input names and results depend on, by what a person calls it with its
  /// verb ("the list is", as in "the list is no longer the same that … was written for").
  std::vector<std::pair<std::string, std::uint64_t>> content{};
  std::string group, key;  ///< of the input, at which a change of it is reported
};

/// Many items of work, done by pools of ranks, the next one by whichever pool is free; each result goes to a journal at
/// once, so that a run may be stopped or killed at any moment and be continued on any number of ranks: what is in the
/// journal is not done again. The journal of other content, or of an input that differs in what results depend on, is
/// refused with what changed, and never deleted.
class Campaign {
 public:
  /// To be called now and then while an item is worked on, by any rank of its pool, with how much of it is done (0 … 1,
  /// 0 where that is not known). Above 0: stop there, and return no result.
  using Pulse = std::function<double(double done)>;
  /// Collective over pool(). The result of an item on the root of the pool, what other ranks give is ignored; none on
  /// all of them where the pulse asked to stop before the end.
  using Work = std::function<std::optional<Bytes>(std::int64_t item, const Pulse& pulse)>;

  /// Collective. Takes up what an earlier run did, by restart_mode of &control, or clears the way for a new one:
  /// makes the folder of `files`, and where nothing is done yet keeps what is there as old. InputError where the
  /// journal belongs to something else, or there must be one and is none.
  Campaign(const RunContext& context, const RunFiles& files, CampaignPlan plan);

  /// The ranks that work on an item together.
  const Communicator& pool() const { return pools_.within; }
  int n_pools() const { return pools_.count; }

  /// Prints how many things of how many there are from where, pools, and what is taken over from an earlier run.
  void report(const std::string& origin) const;
  /// The last of these alone.
  void report_restart() const;

  /// On rank 0, before run(): items that have no result.
  const std::vector<std::int64_t>& left() const { return order_; }
  /// What asks this rank to stop; empty: nothing.
  std::string asked_to_stop() const { return control_.interpret(stop_flag()).reason; }
  /// On all ranks, before run(), which then does nothing.
  void stop(const std::string& reason) { stop_reason_ = reason; }

  /// Collective. Does what is left. Returns whether all items have a result.
  bool run(const Work& work);
  /// Why it was stopped, "SIGTERM"; on rank 0, after run().
  const std::string& stop_reason() const { return stop_reason_; }

  std::int64_t n_items() const { return plan_.n_items; }
  /// Things that earlier runs did.
  std::int64_t n_before() const { return n_before_; }
  /// Things that have a result; on rank 0, after run().
  std::int64_t n_done() const;
  double seconds() const { return seconds_; }  ///< of run()

  /// Collective, after run(). From then on every rank, and not rank 0 alone, can read results.
  void share_results();
  /// On rank 0, after run(). What is known of an item, or of a further one that was kept.
  std::optional<Bytes> result(std::int64_t item);
  /// On rank 0, after run(). Keeps a further result, of a number ≥ n_items, in the journal.
  void keep(std::int64_t item, const Bytes& result);
  /// Collective, after run(), where the journal is of no more use: all that it holds is in another file.
  void remove_journal();

 private:
  CampaignJournal::Header header() const;
  void take_up(const RunFiles& files);
  void check_same(const CampaignJournal::Header& earlier);
  template <class Task>
  void on_pool_roots(Task&& task);
  double stop_flag() const;
  void work_through(const Work& work);
  std::int64_t things_in(std::int64_t item) const;

  const RunContext& context_;
  CampaignPlan plan_;
  CampaignJournal journal_;
  Pools pools_;
  RunControl control_;
  std::vector<std::int64_t> order_;  // items to do, on rank 0
  std::int64_t n_done_ = 0, n_before_ = 0;
  std::vector<std::string> changes_;  // of the input since then, those that are allowed
  std::string stop_reason_;
  double seconds_ = 0.0;
  bool keeps_open_ = false;
};

/// Number of pools for `n_items` on these ranks: `given` of &parallel, or with 0 as many as there are ranks, or, where
/// there are fewer items, the largest number not above theirs that divides the ranks. InputError where the ranks cannot
/// be shared equally.
int pools_for(const RunContext& context, std::int64_t given, std::int64_t n_items);

/// Prints the end of a run: "Complete: <paths>", or by what it was stopped and how many things are done.
void report_end(const RunContext& context, const std::string& paths, bool complete, const std::string& stop_reason,
                std::int64_t done, std::int64_t all, const std::string& things);

}  // namespace spinel
