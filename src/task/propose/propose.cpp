#include "task/propose/propose.hpp"

#include <algorithm>
#include <optional>

#include "campaign/campaign.hpp"
#include "core/byte_stream.hpp"
#include "core/content_hash.hpp"
#include "core/memory.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "parallel/blocks.hpp"
#include "parallel/on_root.hpp"
#include "run/locate_error.hpp"
#include "run/result_common.hpp"
#include "run/run_report.hpp"
#include "task/propose/proposal_input.hpp"
#include "task/propose/proposal_results.hpp"

namespace spinel {

namespace {

constexpr std::int64_t segment_size = 1024;  // candidates that are journalled together
constexpr std::size_t most_problems = 5;

/// calculation = 'propose' as a campaign whose items are segments of candidates, made by all ranks together, one after
/// the other: whether a candidate repeats another depends on all before it.
class ProposeRun {
 public:
  explicit ProposeRun(const RunContext& context)
      : context_(context), files_(context), dataset_(files_.add(".dataset.h5")) {}

  /// False where a stop came before the end.
  bool run() {
    report_start(context_);
    const double start = Progress::steady_seconds();
    const auto lists = known_lists(context_);
    const ProposalSources sources = proposal_sources(context_);
    known_.emplace(context_.world, lists, proposal_matcher(parameters()));
    report_known(Progress::steady_seconds() - start);
    with_location(context_.place("propose"), [&] {
      stream_.emplace(context_.world, parameters(), *known_, sources,
                      static_cast<std::uint64_t>(context_.input.control.seed), 0, parameters().count);
    });
    campaign_.emplace(context_, files_, campaign_plan());
    report_generators();
    campaign_->report_restart();
    restore();
    const bool complete = campaign_->run([&](std::int64_t item, const Campaign::Pulse& pulse) -> std::optional<Bytes> {
      const auto segment = stream_->next(size_of(item), [&] { return context_.world.max(pulse(0.0)) > 0.0; });
      if (!segment) return std::nullopt;
      if (!context_.world.is_root()) return Bytes();
      ByteWriter out;
      put(out, *segment);
      return out.take();
    });
    if (complete) finish();
    report_end(context_, fmt::format("{}{}", files_.result, n_candidates_ > 0 ? ", " + dataset_ : ""), complete,
               campaign_->stop_reason(), campaign_->n_done(), parameters().count, "candidates");
    return complete;
  }

 private:
  const ProposeParameters& parameters() const { return context_.input.propose; }
  std::int64_t size_of(std::int64_t item) const {
    return std::min(segment_size, parameters().count - item * segment_size);
  }

  CampaignPlan campaign_plan() const {
    CampaignPlan plan;
    plan.journal = files_.journal;
    plan.n_items = (parameters().count + segment_size - 1) / segment_size;
    plan.things = "candidates";
    plan.things_per_item = segment_size;
    plan.n_things = parameters().count;
    plan.content = {{"the crystals that are known and the parents are", known_->fingerprint()}};
    for (std::size_t g = 0; g < stream_->generators().size(); ++g)
      plan.content.emplace_back(fmt::format("what '{}' is given is", stream_->generators()[g].generator),
                                stream_->generator(g).fingerprint());
    plan.group = "propose";
    plan.key = "known";
    return plan;
  }

  void report_known(double seconds) const {
    Log& log = context_.log;
    std::int64_t parents = 0;
    for (std::int64_t k = 0; k < known_->size(); ++k) parents += (*known_)[k].is_parent ? 1 : 0;
    echo_line(log, "known",
              fmt::format("{} crystals, {} of them parents, read in {}", grouped(known_->size()), grouped(parents),
                          human_duration(seconds)));
    const auto& failed = known_->failed();
    if (failed.empty()) return;
    echo_line(log, "WARNING",
              fmt::format("{} cannot be used and are left out:", grouped(static_cast<std::int64_t>(failed.size()))));
    for (std::size_t k = 0; k < std::min(failed.size(), most_problems); ++k) log.print("    {}", failed[k]);
  }

  void report_generators() const {
    for (std::size_t g = 0; g < stream_->generators().size(); ++g) {
      const ProposalShare& one = stream_->generators()[g];
      echo_line(context_.log, one.generator, fmt::format("{:.4g} of the candidates", one.share));
      for (const auto& [label, text] : stream_->generator(g).notes())
        echo_line(context_.log, "", fmt::format("{}: {}", label, text));
    }
  }

  /// Collective. Takes the segments that earlier runs made: the first ones, since items are done in order.
  void restore() {
    std::int64_t n_done = campaign_->n_items() - static_cast<std::int64_t>(campaign_->left().size());
    context_.world.broadcast(&n_done, 1);
    for (std::int64_t item = 0; item < n_done; ++item) {
      Bytes bytes;
      on_root(context_.world, [&] { bytes = *campaign_->result(item); });
      context_.world.broadcast(bytes);
      ByteReader in(bytes);
      stream_->restore(get_segment(in));
    }
  }

  /// On a rank that knows the results: segments begin … end − 1.
  EachSegment segments(std::int64_t begin, std::int64_t end) {
    return [this, begin, end](const auto& visit) {
      for (std::int64_t item = begin; item < end; ++item) {
        const Bytes bytes = *campaign_->result(item);
        ByteReader in(bytes);
        visit(item * segment_size, get_segment(in));
      }
    };
  }

  /// Collective.
  void finish() {
    const auto& [world, input, units, log] = context_;
    const auto& generators = stream_->generators();
    std::vector<VerdictCounts> counts(generators.size());
    on_root(world, [&] {
      segments(0, campaign_->n_items())([&](std::int64_t, const ProposalSegment& segment) {
        n_candidates_ += static_cast<std::int64_t>(segment.proposals.size());
        for (std::size_t g = 0; g < counts.size(); ++g)
          for (std::size_t v = 0; v < n_verdicts; ++v) counts[g][v] += segment.counts[g][v];
      });
    });
    world.broadcast(&n_candidates_, 1);
    campaign_->share_results();
    const std::int64_t n = campaign_->n_items();
    write_candidates(
        context_, dataset_, *known_, generators,
        segments(block_begin(n, world.rank(), world.size()), block_begin(n, world.rank() + 1, world.size())));
    ResultFile file(world, files_.result);
    write_header(file, context_, true);
    std::int64_t pairs[] = {stream_->n_compared(), stream_->n_fits()}, peak = memory_use().peak;
    world.sum(pairs, 2);
    world.max(&peak, 1);
    on_root(world, [&] {
      file.write("/n_candidates", n_candidates_, {"", ""});
      file.write("/n_known", known_->size(), {"", ""});
      write_counts(file, generators, counts);
      file.write("/timing/pairs_compared", pairs[0], {"", "of equal formula, in this run"});
      file.write("/timing/pairs_matched", pairs[1], {"", "of them those that the structure matcher was asked about"});
      file.write("/timing/seconds", campaign_->seconds(), {"s", "proposing, in this run"});
      if (input.propose.csv && n_candidates_ > 0)
        write_candidate_table(context_, files_.candidates, *known_, generators, segments(0, n));
    });
    file.save();
    if (!world.is_root()) return;
    log.line();
    report_counts(context_, generators, counts);
    if (n_candidates_ < parameters().count)
      echo_line(log, "NOTE",
                fmt::format("the generators are at their end with {} of {} candidates", grouped(n_candidates_),
                            grouped(parameters().count)));
    echo_line(log, "speed",
              fmt::format("{} of this run; {} pairs of equal formula, the matcher asked about {}; at most {} a rank",
                          human_duration(campaign_->seconds()), grouped(pairs[0]), grouped(pairs[1]),
                          human_bytes(static_cast<double>(peak))));
  }

  const RunContext& context_;
  RunFiles files_;
  std::string dataset_;
  std::optional<KnownCrystals> known_;
  std::optional<Campaign> campaign_;
  std::optional<ProposalStream> stream_;
  std::int64_t n_candidates_ = 0;
};

}  // namespace

bool run_propose(const RunContext& context) { return ProposeRun(context).run(); }

void check_propose(const RunContext& context) {
  with_location(context.place("propose"), [&] { ElementRules(context.input.propose); });
  known_lists(context);
  proposal_sources(context);
}

}  // namespace spinel
