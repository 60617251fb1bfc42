#include "task/discover/discovery.hpp"

#include <algorithm>
#include <cmath>

#include "core/progress.hpp"
#include "core/text.hpp"
#include "parallel/on_root.hpp"
#include "run/run_report.hpp"
#include "task/discover/discover_candidates.hpp"
#include "task/discover/discover_entries.hpp"
#include "task/discover/discover_results.hpp"

namespace spinel {

namespace {

std::vector<TargetWindow> read_windows(const Input& input) {
  std::vector<TargetWindow> windows;
  for (const std::string& text : input.discover.targets) windows.push_back(parse_target_window(text));
  return windows;
}

std::string describe_oracle(const Input& input) {
  return fmt::format("&oracle ({}), {} crystals that &potential ({}) relaxed", input.oracle.style,
                     input.discover.relax_labels ? "relaxing again" : "single points of", input.potential.style);
}

}  // namespace

Discovery::Discovery(const RunContext& context)
    : context_(context),
      files_(context),
      labels_file_(files_.add("_labels.csv")),
      hits_file_(files_.add("_hits.xyz")),
      wanted_file_(files_.add(context.input.discover.pool_entries.empty() ? "_wanted.xyz" : "_wanted.csv")),
      references_file_(files_.add("_references.csv")),
      windows_(read_windows(context.input)),
      candidates_(make_candidates(context)),
      features_(context, *candidates_),
      seen_(context.world) {
  const DiscoverParameters& p = parameters();
  if (p.oracle == "potential") {
    energies_ = std::make_unique<PotentialEnergies>(context, "potential", true);
    if (!context.input.oracle.style.empty()) {
      // What is wrong with it shows now, and not after hours of &potential.
      const PotentialMaker maker(context, context.input.oracle, "oracle");
      oracle_energies_ = std::make_unique<PotentialEnergies>(context, "oracle", p.relax_labels);
    }
    oracle_ = std::make_unique<PotentialOracle>([this](std::int64_t i) { return crystal(i); },
                                                has_two_levels() ? *oracle_energies_ : *energies_);
  } else if (p.oracle == "file") {
    oracle_ = std::make_unique<FileOracle>(context, *candidates_, windows_, wanted_file_);
  }
  if (follows_hull()) open_hull();
  if (p.oracle == "table") {
    EnergyKind kind{};
    auto labels = pool_labels(context, *candidates_, windows_, kind);
    if (follows_hull() && kind != start_hull_->entries().kind)
      fail_key(context.input, "discover", "known", "the pool has another kind of energies: formation or total");
    oracle_ = std::make_unique<TableOracle>(std::move(labels));
  }
  if (p.retrain_epochs > 0) {
    const PredictModels& models = dynamic_cast<ProposedCandidates&>(*candidates_).screen()->models();
    retraining_.emplace(context, files_, models.architecture().property, models.fingerprint());
  }
  rounds_.resize(static_cast<std::size_t>(p.rounds + 1));
}

Discovery::~Discovery() = default;

bool Discovery::run() {
  report_start(context_);
  campaign_.emplace(context_, files_, plan());
  report();
  if (follows_hull() && !compute_known()) {
    report_end(context_, "", false, energies_->stop_reason(), 0, 1, "hulls of what is known");
    return false;
  }
  surrogate_.emplace(context_.world, parameters().surrogate, context_.input.bayes,
                     static_cast<std::uint64_t>(context_.input.control.seed), n_targets());
  restore();
  const bool all_done = campaign_->run([&](std::int64_t item, const Campaign::Pulse& pulse) -> std::optional<Bytes> {
    // A stage that did not come to its end is none that later ones can stand on.
    if (halted_ || pulse(0.0) > 0.0) return std::nullopt;
    auto stage = item % 2 == 0 ? choose(item / 2, pulse) : label(item / 2);
    halted_ = !stage.has_value();
    return stage;
  });
  const bool complete = all_done || !end_.empty();
  if (!end_.empty()) context_.log.print("  ends: {}", end_);
  if (complete) is_kept(n_labelled_rounds() - 1);
  DiscoverResults(*this).write(complete);
  if (waits_) {
    context_.log.print("\nStopped {}; then continue with restart_mode = 'auto'", oracle_->waits_for());
    return false;
  }
  std::string stop_reason = campaign_->stop_reason();
  for (const auto* energies : {energies_.get(), oracle_energies_.get()})
    if (stop_reason.empty() && energies != nullptr) stop_reason = energies->stop_reason();
  report_end(context_, files_.result, complete, stop_reason, campaign_->n_done(), campaign_->n_items(), "stages");
  return complete;
}

CampaignPlan Discovery::plan() const {
  CampaignPlan plan;
  plan.journal = files_.journal;
  plan.n_items = 2 * (parameters().rounds + 1);
  plan.things = "stages";
  plan.shows_progress = false;
  plan.n_pools = 1;
  plan.content = {{"the candidates are", fingerprint(*candidates_)}, {"the models are", features_.fingerprint()}};
  if (const auto* proposed = dynamic_cast<const ProposedCandidates*>(candidates_.get());
      proposed != nullptr && proposed->screen() != nullptr) {
    plan.content.emplace_back("the screen's models are", proposed->screen()->models().fingerprint());
    plan.content.emplace_back("what the screen measures from is", proposed->screen()->entries_fingerprint());
  }
  if (retraining_) plan.content.emplace_back("the training data are", retraining_->fingerprint());
  plan.group = "discover";
  plan.key = parameters().pool.empty() ? (parameters().pool_entries.empty() ? "candidates" : "pool_entries") : "pool";
  return plan;
}

void Discovery::report() {
  const DiscoverParameters& p = parameters();
  Log& log = context_.log;
  if (candidates_->size() > 0)
    echo_line(
        log, "pool",
        fmt::format("{} candidates from {}", grouped(candidates_->size()), p.pool.empty() ? p.pool_entries : p.pool));
  else
    echo_line(log, "pool", fmt::format("{} new candidates each round from &propose", grouped(p.candidates)));
  if (p.screen > 0)
    echo_line(log, "screen",
              fmt::format("{} proposals each round, by {} network{}", grouped(p.screen), p.screen_models.size(),
                          p.screen_models.size() == 1 ? "" : "s"));
  if (retraining_)
    echo_line(log, "retraining",
              fmt::format("{} epochs after each round, on its labels and {} of {} crystals", p.retrain_epochs,
                          grouped(std::min(p.replay, retraining_->n_crystals())), grouped(retraining_->n_crystals())));
  echo_line(log, "hits",
            follows_hull() ? fmt::format("at most {} eV/atom above the hull of what is known", p.hit_above_hull)
                           : fmt::format("{}", fmt::join(p.targets, ", ")));
  echo_line(log, "oracle", has_two_levels() ? describe_oracle(context_.input) : p.oracle);
  echo_line(log, "choice",
            fmt::format(
                "{}, {} of {} features", p.acquisition,
                p.surrogate == "forest" ? "forest" : fmt::format("Gaussian process ({})", context_.input.bayes.kernel),
                features_.size() + (follows_hull() ? 1 : 0)));
  campaign_->report_restart();
}

/// Collective. Takes over what an earlier run did.
void Discovery::restore() {
  for (std::int64_t item = 0; item < campaign_->n_items(); ++item) {
    std::vector<char> bytes;
    on_root(context_.world, [&] {
      if (const auto kept = campaign_->result(item)) bytes = *kept;
    });
    context_.world.broadcast(bytes);
    if (bytes.empty()) return;
    if (item % 2 == 1) {
      take(item / 2, unpack<RoundLabels>(bytes));
      continue;
    }
    RoundChoice choice = unpack<RoundChoice>(bytes);
    if (auto* proposed = dynamic_cast<ProposedCandidates*>(candidates_.get());
        proposed != nullptr && !choice.proposals.empty())
      proposed->restore(choice.proposals);
    take(item / 2, std::move(choice));
  }
}

std::optional<Bytes> Discovery::label(std::int64_t round) {
  const double begin = Progress::steady_seconds();
  if (relaxation_) relaxation_->is_kept(round);
  std::vector<std::int64_t> asked;
  for (const ChosenCandidate& one : rounds_[static_cast<std::size_t>(round)].choice.chosen)
    asked.push_back(one.candidate);
  RoundLabels labels;
  if (!asked.empty()) {
    auto answer = ask_oracle(asked, round);
    if (!answer) {
      std::int64_t waits = 0;
      on_root(context_.world, [&] { waits = oracle_->waits_for().empty() ? 0 : 1; });
      context_.world.broadcast(&waits, 1);
      waits_ = waits == 1;
      return std::nullopt;
    }
    labels = std::move(*answer);
    // Single points at crystals that differ, as &potential left them, repeat nothing.
    if (!has_two_levels() || parameters().relax_labels) find_repeats(labels.labels);
  }
  labels.seconds = Progress::steady_seconds() - begin;
  context_.world.broadcast(&labels.seconds, 1);
  Bytes bytes = pack(labels);
  take(round, std::move(labels));
  return bytes;
}

void Discovery::take(std::int64_t round, RoundChoice choice) {
  if (relaxation_) relaxation_->take(choice.relaxed);
  choice.relaxed = {};
  extend_candidates();
  for (const ChosenCandidate& one : choice.chosen) {
    state_[static_cast<std::size_t>(one.candidate)].status = CandidateState::asked;
  }
  n_calls_ += static_cast<std::int64_t>(choice.chosen.size());
  choice.proposals = {};  // candidates have them
  if (!choice.hyperparameters.empty()) {
    std::vector<std::optional<Hyperparameters>> earlier;
    for (const auto& values : choice.hyperparameters) {
      Hyperparameters h;
      const auto n = static_cast<Eigen::Index>(values.size()) - 3;
      h.kernel = kernel_kind(context_.input.bayes.kernel);
      h.length = Eigen::Map<const Eigen::VectorXd>(values.data(), n);
      h.variance = values[static_cast<std::size_t>(n)];
      h.noise = values[static_cast<std::size_t>(n) + 1];
      h.mean = values[static_cast<std::size_t>(n) + 2];
      earlier.emplace_back(std::move(h));
    }
    surrogate_->begin_from(std::move(earlier));
  }
  rounds_[static_cast<std::size_t>(round)].choice = std::move(choice);
}

void Discovery::take(std::int64_t round, RoundLabels labels) {
  for (const CandidateLabel& label : labels.labels) {
    CandidateState& state = state_[static_cast<std::size_t>(label.candidate)];
    state.status = label.failure.empty() ? CandidateState::labelled : CandidateState::failed;
    state.value = label.value;
    if (label.repeats.empty() && label.structure.size() > 0)
      seen_.keep(label.structure, candidates_->id(label.candidate));
    // A crystal that is known already has its entry: round-off would put one of the two above the hull.
    if (follows_hull() && !has_two_levels() && label.failure.empty() && label.repeats.empty())
      hull_->add({candidates_->id(label.candidate), candidates_->composition(label.candidate), label.value[0],
                  energies_ ? energies_->level() : ""});
  }
  rounds_[static_cast<std::size_t>(round)].labels = std::move(labels);
  if (has_two_levels()) take_levels(round);
  report_round(round);
}

/// Collective. Which relaxed crystals are one that is known, or an earlier one of these.
void Discovery::find_repeats(std::vector<CandidateLabel>& labels) {
  std::vector<std::string> ids;
  for (const CandidateLabel& label : labels) ids.push_back(candidates_->id(label.candidate));
  seen_.find_repeats(labels, ids);
}

bool Discovery::is_hit(const CandidateLabel& label, double hull) const {
  if (!label.failure.empty() || !label.repeats.empty()) return false;
  if (follows_hull()) return label.value[0] - hull <= parameters().hit_above_hull + on_the_hull;
  for (std::size_t t = 0; t < windows_.size(); ++t)
    if (!windows_[t].contains(label.value[t])) return false;
  return true;
}

/// Of a labelled one, from the hull of what was known at the start, eV/atom; with two levels all of the oracle.
double Discovery::distance_from_start(std::int64_t candidate) const {
  const auto i = static_cast<std::size_t>(candidate);
  return state_[i].value[0] - (has_two_levels() ? reference_energy_[i] : start_[i].energy);
}

std::int64_t Discovery::n_labelled_rounds() const {
  return std::count_if(rounds_.begin(), rounds_.end(), [](const Round& round) { return round.labels.has_value(); });
}

void Discovery::report_round(std::int64_t round) const {
  const Round& one = rounds_[static_cast<std::size_t>(round)];
  if (one.choice.chosen.empty()) return;
  std::int64_t hits = 0, failed = 0, all_hits = 0;
  double error = 0.0;
  std::int64_t n_error = 0;
  for (std::int64_t r = 0; r <= round; ++r) {
    const Round& other = rounds_[static_cast<std::size_t>(r)];
    for (std::size_t k = 0; k < other.choice.chosen.size(); ++k) {
      const ChosenCandidate& chosen = other.choice.chosen[k];
      const CandidateLabel& label = other.labels->labels[k];
      const bool hit = is_hit(label, chosen.hull);
      all_hits += hit ? 1 : 0;
      if (r != round) continue;
      hits += hit ? 1 : 0;
      failed += label.failure.empty() ? 0 : 1;
      if (!label.failure.empty() || chosen.mean.empty()) continue;
      error += std::abs(chosen.mean[0] - label.value[0]);
      ++n_error;
    }
  }
  context_.log.print(
      "  round {:3}: {} asked of {}, {} failed, {} hits ({} so far){}", round,
      grouped(static_cast<std::int64_t>(one.choice.chosen.size())), grouped(one.choice.n_open), failed, hits, all_hits,
      n_error > 0 ? fmt::format(", error of predictions {:.4f}", error / static_cast<double>(n_error)) : "");
}

}  // namespace spinel
