#include "task/phase/phase_study.hpp"

#include <algorithm>

#include "core/byte_stream.hpp"
#include "parallel/on_root.hpp"
#include "run/run_report.hpp"
#include "run/setup/network_library.hpp"

namespace spinel {

// What is kept of a trained network.
static auto members(EpochRecord& e) {
  return std::tie(e.epoch, e.learning_rate, e.loss, e.gradient_norm, e.validation);
}
static auto members(PhaseOutcome& o) { return std::tie(o.probability, o.history); }

namespace {

/// [job] where its network goes, of methods that keep networks.
std::vector<std::string> add_model_paths(const PhasePlan& plan, RunFiles& files) {
  std::vector<std::string> paths;
  if (!plan.by_confusion())
    for (const PhaseJob& job : plan.jobs())
      paths.push_back(files.add(fmt::format(
          "{}_{}.model.h5", plan.shares_networks() ? "" : "_" + plan.sizes()[job.size].name, job.network + 1)));
  return paths;
}

}  // namespace

PhaseStudy::PhaseStudy(const RunContext& context, const PhasePlan& plan)
    : context_(context),
      plan_(plan),
      files_(context),
      model_paths_(add_model_paths(plan, files_)),
      campaign_(context, files_, campaign_plan()) {}

CampaignPlan PhaseStudy::campaign_plan() const {
  CampaignPlan plan;
  plan.journal = files_.journal;
  plan.n_items = static_cast<std::int64_t>(plan_.jobs().size());
  plan.things = "networks";
  plan.steps = "steps of training";
  for (const PhaseJob& job : plan_.jobs()) plan.steps_per_item += plan_.n_steps(job);
  plan.steps_per_item = std::max<std::int64_t>(1, plan.steps_per_item / std::max<std::int64_t>(1, plan.n_items));
  plan.n_pools = pools_for(context_, context_.input.parallel.pools, plan.n_items);
  plan.content = {{"the configurations are", static_cast<std::uint64_t>(plan_.fingerprint())}};
  plan.group = "phase";
  plan.key = "files";
  return plan;
}

void PhaseStudy::report() const {
  Log& log = context_.log;
  const PhaseParameters& parameters = context_.input.phase;
  for (const PhaseSize& size : plan_.sizes())
    echo_line(
        log, size.name,
        fmt::format("{} configurations at {} temperatures; {} to learn from, {} to ask about{}", grouped(size.n()),
                    size.temperatures.size(), grouped(static_cast<std::int64_t>(size.train.size())),
                    grouped(static_cast<std::int64_t>(size.asked.size())),
                    size.trials.empty() ? "" : fmt::format(", {} trial temperatures", size.trials.size())));
  const int ranks = context_.world.size() / campaign_.n_pools();
  echo_line(log, "networks",
            fmt::format("{}{} of {} channels on {}, in {} pool{} of {} rank{}", plan_.jobs().size(),
                        plan_.shares_networks() && plan_.sizes().size() > 1 ? ", each of all sizes," : "",
                        fmt::join(parameters.widths, "-"),
                        parameters.blocks > 0 ? fmt::format("{0} × {0} block spins", parameters.blocks) : "spins",
                        campaign_.n_pools(), campaign_.n_pools() > 1 ? "s" : "", ranks, ranks > 1 ? "s" : ""));
  campaign_.report_restart();
}

bool PhaseStudy::run() {
  report();
  const bool complete = campaign_.run([&](std::int64_t job, const Campaign::Pulse& pulse) -> std::optional<Bytes> {
    const auto outcome = train(static_cast<std::size_t>(job), pulse);
    if (!outcome) return std::nullopt;
    return pack(*outcome);
  });
  on_root(context_.world, [&] {
    for (std::int64_t job = 0; job < campaign_.n_items(); ++job)
      if (const auto bytes = campaign_.result(job))
        outcomes_[static_cast<std::size_t>(job)] = unpack<PhaseOutcome>(*bytes);
  });
  seconds_ = context_.world.max(campaign_.seconds());
  shown_ = context_.world.sum(campaign_.pool().is_root() ? shown_ : 0);
  return complete;
}

std::optional<PhaseOutcome> PhaseStudy::train(std::size_t number, const Campaign::Pulse& pulse) {
  const PhaseJob& job = plan_.jobs()[number];
  const PhaseLesson lesson = plan_.lesson(job);
  const DataParts parts = plan_.parts(job);
  const TrainerSettings settings = plan_.settings(job);
  const auto training = training_library().phase_training(lesson, settings, parts, campaign_.pool());
  const auto n_steps = static_cast<double>(plan_.n_steps(job));
  while (!training->is_done()) {
    training->step(pulse(std::min(1.0, static_cast<double>(training->n_steps()) / n_steps)));
    shown_ += std::min<std::int64_t>(settings.batch_size, static_cast<std::int64_t>(parts.train.size()));
    if (training->flag() > 0.0) return std::nullopt;
  }
  PhaseOutcome outcome;
  outcome.probability = training->assess_best(plan_.asked(job)).output;
  outcome.history = training->history();
  if (!plan_.by_confusion()) {
    ModelFile model = training->best_model();
    model.attributes["name"] = fmt::format("classifier of the phases of Ising configurations, {}", plan_.name(job));
    model.attributes["source"] = "Spinel, calculation = 'phase', method = 'cnn'";
    model.attributes["input"] = echo(context_.input);
    write_model_file(model_paths_[number], model, true, campaign_.pool());
  }
  return outcome;
}

std::vector<std::size_t> PhaseStudy::finished(std::size_t size) const {
  std::vector<std::size_t> result;
  for (std::size_t number = 0; number < plan_.jobs().size(); ++number) {
    const PhaseJob& job = plan_.jobs()[number];
    if (size < job.size || size >= job.size + job.n_sizes) continue;
    if (outcomes_.count(number) == 0) return {};
    result.push_back(number);
  }
  return result;
}

const double* PhaseStudy::probability(std::size_t number, std::size_t size) const {
  const double* at = outcomes_.at(number).probability.data();
  for (std::size_t s = plan_.jobs()[number].size; s < size; ++s) at += plan_.sizes()[s].asked.size();
  return at;
}

double PhaseStudy::shown_per_second() const { return seconds_ > 0.0 ? static_cast<double>(shown_) / seconds_ : 0.0; }

}  // namespace spinel
