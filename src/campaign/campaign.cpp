#include "campaign/campaign.hpp"

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "parallel/on_root.hpp"
#include "parallel/work_queue.hpp"
#include "run/restart.hpp"
#include "run/run_report.hpp"

namespace spinel {

int pools_for(const RunContext& context, std::int64_t given, std::int64_t n_items) {
  const std::int64_t ranks = context.world.size();
  if (given == 0) {
    std::int64_t pools = std::min(ranks, std::max<std::int64_t>(n_items, 1));
    while (ranks % pools != 0) --pools;
    return static_cast<int>(pools);
  }
  if (given > ranks || ranks % given != 0)
    fail_key(context.input, "parallel", "pools", fmt::format("{} pools cannot share {} ranks equally", given, ranks));
  return static_cast<int>(given);
}

/// Collective. An error of one root is one of all ranks.
template <class Task>
void Campaign::on_pool_roots(Task&& task) {
  std::string problem;
  if (pools_.within.is_root()) {
    try {
      task();
    } catch (const std::exception& error) {
      problem = error.what();
    }
  }
  context_.world.fail_together(problem);
}

Campaign::Campaign(const RunContext& context, const RunFiles& files, CampaignPlan plan)
    : context_(context),
      plan_(std::move(plan)),
      journal_(plan_.journal),
      pools_(make_pools(context.world, plan_.n_pools)),
      control_(context.input.control, context.input.output, pools_.within.is_root()) {
  if (plan_.n_things == 0) plan_.n_things = plan_.n_items * plan_.things_per_item;
  take_up(files);
}

CampaignJournal::Header Campaign::header() const { return {echo(context_.input), plan_.n_items, plan_.content}; }

std::int64_t Campaign::things_in(std::int64_t item) const {
  return std::min(plan_.things_per_item, plan_.n_things - item * plan_.things_per_item);
}

void Campaign::take_up(const RunFiles& files) {
  const Input& input = context_.input;
  const bool has_journal = !plan_.journal.empty();
  std::vector<std::int64_t> ends(static_cast<std::size_t>(pools_.count), 0);
  on_root(context_.world, [&] {
    if (has_journal && input.control.restart_mode != "from_scratch") {
      const auto earlier = journal_.scan();
      if (!earlier && input.control.restart_mode == "restart")
        fail_key(input, "control", "restart_mode",
                 fmt::format("'restart', but there is no journal {}; use 'auto' to begin anew where there is none",
                             plan_.journal));
      if (earlier) check_same(*earlier);
      n_done_ = journal_.count(plan_.n_items);
    }
    for (std::int64_t item = 0; item < plan_.n_items; ++item)
      if (n_done_ > 0 && journal_.has(item))
        n_before_ += things_in(item);
      else
        order_.push_back(item);
    if (!has_journal) return;
    files.make_folder();
    if (n_done_ == 0) files.keep_old();
    std::error_code error;
    std::filesystem::create_directories(plan_.journal, error);
    if (error) fail("cannot make the folder {}: {}", plan_.journal, error.message());
    if (n_done_ > 0)
      for (int pool = 0; pool < pools_.count; ++pool)
        ends[static_cast<std::size_t>(pool)] = static_cast<std::int64_t>(journal_.end_of(pool));
  });
  context_.world.broadcast(&n_done_, 1);
  context_.world.broadcast(&n_before_, 1);
  if (!has_journal) return;
  context_.world.broadcast(ends);
  // What is known on rank 0 alone goes to the head of every pool's journal.
  std::vector<std::uint64_t> hashes;
  for (const auto& [name, hash] : plan_.content) hashes.push_back(hash);
  context_.world.broadcast(hashes);
  for (std::size_t k = 0; k < hashes.size(); ++k) plan_.content.at(k).second = hashes[k];
  on_pool_roots([&] {
    const auto pool = static_cast<std::size_t>(pools_.index);
    journal_.open(pools_.index, static_cast<std::uint64_t>(ends[pool]), header());
  });
}

void Campaign::check_same(const CampaignJournal::Header& earlier) {
  const Input then = parse_input(earlier.input, plan_.journal);
  changes_ = compare_with_checkpoint(context_.input, then, plan_.journal);
  const auto refuse = [&](const std::string& what) {
    fail_key(context_.input, plan_.group, plan_.key,
             fmt::format("{} that {} was written for; put back what was, or begin anew with restart_mode = "
                         "'from_scratch'",
                         what, plan_.journal));
  };
  for (std::size_t k = 0; k < std::max(plan_.content.size(), earlier.content.size()); ++k)
    if (k >= earlier.content.size() || k >= plan_.content.size() || earlier.content[k] != plan_.content[k])
      refuse(fmt::format("{} no longer the same",
                         (k < plan_.content.size() ? plan_.content[k] : earlier.content[k]).first));
  if (earlier.n_items != plan_.n_items)
    refuse(fmt::format("the items are no longer the {} (now {})", earlier.n_items, plan_.n_items));
}

void Campaign::report(const std::string& origin) const {
  Log& log = context_.log;
  const int size = context_.world.size() / pools_.count;
  echo_line(log, plan_.things, fmt::format("{} from {}", grouped(plan_.n_things), origin));
  echo_line(log, "pools", fmt::format("{} of {} rank{}", pools_.count, size, size > 1 ? "s" : ""));
  report_restart();
}

void Campaign::report_restart() const {
  Log& log = context_.log;
  if (n_before_ > 0) echo_line(log, "restart", fmt::format("{} are done already", grouped(n_before_)));
  for (const std::string& change : changes_) log.print("  NOTE: changed since then: {}", change);
}

bool Campaign::run(const Work& work) {
  const double begin = Progress::steady_seconds();
  std::int64_t n_have = n_done_;
  if (n_done_ < plan_.n_items && stop_reason_.empty()) work_through(work);
  seconds_ = Progress::steady_seconds() - begin;
  if (plan_.journal.empty()) return stop_reason_.empty();
  // Results of all pools are on the disk before one rank reads them.
  on_pool_roots([&] { journal_.close(); });
  on_root(context_.world, [&] {
    journal_.scan();
    n_have = journal_.count(plan_.n_items);
  });
  context_.world.broadcast(&n_have, 1);
  return n_have == plan_.n_items;
}

/// What asks to stop, if anything: a checkpoint by time is of no use where every result is kept at once.
double Campaign::stop_flag() const {
  const double flag = control_.flag(plan_.step_seconds ? plan_.step_seconds() : 0.0);
  return control_.interpret(flag).stop ? flag : 0.0;
}

void Campaign::work_through(const Work& work) {
  std::vector<std::int64_t> order = order_;
  // What comes last should not be what takes longest.
  if (plan_.cost && context_.world.is_root()) {
    std::vector<double> cost(static_cast<std::size_t>(plan_.n_items));
    for (const std::int64_t item : order_) cost[static_cast<std::size_t>(item)] = plan_.cost(item);
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
      return cost[static_cast<std::size_t>(a)] > cost[static_cast<std::size_t>(b)];
    });
  }
  WorkQueue queue(context_.world, pools_.within, std::move(order), plan_.short_items);
  const bool counts_things = plan_.steps_per_item == 0;
  const std::int64_t per_item = counts_things ? plan_.things_per_item : plan_.steps_per_item,
                     all = counts_things ? plan_.n_things : plan_.n_items * per_item,
                     before = counts_things ? n_before_ : n_done_ * per_item;
  Log quiet(false);
  Progress progress(plan_.shows_progress ? context_.log : quiet, counts_things ? plan_.things : plan_.steps, before,
                    all);
  const auto show = [&](double done) {
    // Other pools are taken to be as far as this one.
    const double items = static_cast<double>(queue.done()) + done * pools_.count;
    progress.update(std::min(all, before + static_cast<std::int64_t>(items * static_cast<double>(per_item))));
  };
  const Pulse pulse = [&](double done) {
    queue.poll();
    show(done);
    return std::max(stop_flag(), queue.stop_code());
  };
  for (;;) {
    // Every rank of the pool learns of a signal to one of them.
    const double flag = pools_.within.max(stop_flag());
    if (flag > 0.0) queue.stop(flag);
    const std::int64_t item = queue.next();
    if (item == WorkQueue::no_more) break;
    show(0.0);
    const std::optional<Bytes> result = work(item, pulse);
    if (!result)
      queue.stop(stop_flag());
    else if (pools_.within.is_root() && !plan_.journal.empty())
      journal_.append(item, *result);
  }
  queue.finish();
  progress.finish();
  const double code = context_.world.max(queue.stop_code());
  if (code > 0.0) stop_reason_ = control_.interpret(code).reason;
}

std::int64_t Campaign::n_done() const {
  std::int64_t n = 0;
  for (std::int64_t item = 0; item < plan_.n_items; ++item)
    if (journal_.has(item)) n += things_in(item);
  return n;
}

std::optional<Bytes> Campaign::result(std::int64_t item) {
  if (!journal_.has(item)) return std::nullopt;
  return journal_.read(item);
}

void Campaign::keep(std::int64_t item, const Bytes& result) {
  if (!std::exchange(keeps_open_, true)) journal_.open(0, journal_.end_of(0), header());
  journal_.append(item, result);
}

void Campaign::share_results() { journal_.share(context_.world); }

void Campaign::remove_journal() {
  context_.world.barrier();
  on_root(context_.world, [&] { journal_.remove(); });
}

void report_end(const RunContext& context, const std::string& paths, bool complete, const std::string& stop_reason,
                std::int64_t done, std::int64_t all, const std::string& things) {
  if (complete)
    context.log.print("\nComplete: {}", paths);
  else
    context.log.print("\nStopped by {} with {} of {} {} done; continue with restart_mode = 'auto'", stop_reason,
                      grouped(done), grouped(all), things);
}

}  // namespace spinel
