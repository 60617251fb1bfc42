#include "task/phase/phase_study.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "core/progress.hpp"
#include "core/text.hpp"
#include "io/checkpoint.hpp"
#include "parallel/on_root.hpp"
#include "run/md_checkpoint.hpp"
#include "run/network_library.hpp"
#include "run/run_report.hpp"

namespace spinel {

namespace {

// A record of numbers, as it travels to rank 0 and lies in the checkpoint:
// job, number of probabilities, number of epochs, probabilities, epochs.
constexpr std::size_t record_head = 3;

void append_history(const std::vector<EpochRecord>& history, std::vector<double>& record) {
  for (const EpochRecord& epoch : history) {
    const bool validated = epoch.validation.size() == 2;
    record.insert(record.end(), {epoch.learning_rate, epoch.loss, epoch.gradient_norm,
                                 validated ? epoch.validation[0] : -1.0, validated ? epoch.validation[1] : -1.0});
  }
}

constexpr std::size_t epoch_width = 5;

std::vector<EpochRecord> read_history(const double* numbers, std::size_t n_epochs) {
  std::vector<EpochRecord> history;
  for (std::size_t k = 0; k < n_epochs; ++k, numbers += epoch_width) {
    EpochRecord epoch;
    epoch.epoch = static_cast<std::int64_t>(k + 1);
    epoch.learning_rate = numbers[0];
    epoch.loss = numbers[1];
    epoch.gradient_norm = numbers[2];
    if (numbers[3] >= 0.0) epoch.validation = {numbers[3], numbers[4]};
    history.push_back(std::move(epoch));
  }
  return history;
}

int number_of_pools(const RunContext& context, std::size_t n_jobs) {
  const int ranks = context.world.size();
  const auto given = context.input.parallel.pools;
  if (given == 0) {
    int pools = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(ranks), n_jobs));
    while (ranks % pools != 0) --pools;
    return pools;
  }
  if (given > ranks || ranks % given != 0)
    fail_key(context.input, "parallel", "pools", fmt::format("{} pools cannot share {} ranks equally", given, ranks));
  return static_cast<int>(given);
}

}  // namespace

PhaseStudy::PhaseStudy(const RunContext& context, const PhasePlan& plan)
    : context_(context),
      plan_(plan),
      files_(context.input),
      pools_(make_pools(context.world, number_of_pools(context, plan.jobs().size()))),
      control_(context.input, pools_.within.is_root()) {
  if (restart_is_wanted(context_, files_)) restore();
  on_root(context_.world, [&] {
    files_.make_folder(context_.input);
    if (done_.empty()) files_.keep_old();
  });
}

void PhaseStudy::restore() {
  const CheckpointReader reader(context_.world, files_.checkpoint);
  if (!reader.has_value("phase_plan") || !reader.has_array("records"))
    throw CollectiveError(fmt::format("{} is no checkpoint of calculation = 'phase'", files_.checkpoint));
  changes_ = check_restart(context_, files_, reader);
  if (reader.integer("phase_plan") != plan_.fingerprint())
    fail_key(context_.input, "phase", "files",
             fmt::format("the configurations are not those of the checkpoint {}; put them back, or begin anew with "
                         "restart_mode = 'from_scratch'",
                         files_.checkpoint));
  std::vector<double> records(static_cast<std::size_t>(reader.integer("n_numbers")));
  reader.read_rows("records", 0, static_cast<std::int64_t>(records.size()), records.data());
  for (std::size_t at = 0; at < records.size();) {
    const std::size_t length = record_head + static_cast<std::size_t>(records[at + 1]) +
                               epoch_width * static_cast<std::size_t>(records[at + 2]);
    keep({records.begin() + static_cast<std::ptrdiff_t>(at),
          records.begin() + static_cast<std::ptrdiff_t>(at + length)});
    done_.push_back(static_cast<std::int64_t>(records[at]));
    at += length;
  }
}

void PhaseStudy::keep(const std::vector<double>& record) {
  if (!context_.world.is_root()) return;
  const auto n = static_cast<std::ptrdiff_t>(record[1]);
  const auto first = record.begin() + static_cast<std::ptrdiff_t>(record_head);
  outcomes_[static_cast<std::size_t>(record[0])] = {{first, first + n},
                                                    read_history(&*first + n, static_cast<std::size_t>(record[2]))};
}

void PhaseStudy::save() const {
  std::vector<double> records;
  for (const auto& [job, outcome] : outcomes_) {
    records.insert(records.end(), {static_cast<double>(job), static_cast<double>(outcome.probability.size()),
                                   static_cast<double>(outcome.history.size())});
    records.insert(records.end(), outcome.probability.begin(), outcome.probability.end());
    append_history(outcome.history, records);
  }
  CheckpointWriter out(context_.world);
  out.add("records", records.data(), records.size());
  out.set("n_numbers", static_cast<std::int64_t>(records.size()));
  out.set("phase_plan", plan_.fingerprint());
  out.set_text("input", echo(context_.input));
  out.write(files_.checkpoint);
}

std::string PhaseStudy::model_path(const PhaseJob& job) const {
  const std::string stem = (std::filesystem::path(files_.folder) / context_.input.control.prefix).string();
  const std::string size = plan_.shares_networks() ? "" : "_" + plan_.sizes()[job.size].name;
  return fmt::format("{}{}_{}.model.h5", stem, size, job.network + 1);
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
  const int ranks = context_.world.size() / pools_.count;
  echo_line(log, "networks",
            fmt::format("{}{} of {} channels on {}, in {} pool{} of {} rank{}", plan_.jobs().size(),
                        plan_.shares_networks() && plan_.sizes().size() > 1 ? ", each of all sizes," : "",
                        fmt::join(parameters.widths, "-"),
                        parameters.blocks > 0 ? fmt::format("{0} × {0} block spins", parameters.blocks) : "spins",
                        pools_.count, pools_.count > 1 ? "s" : "", ranks, ranks > 1 ? "s" : ""));
  if (!done_.empty()) echo_line(log, "restart", fmt::format("{} of them are trained already", done_.size()));
  for (const std::string& change : changes_) log.print("  NOTE: changed since the checkpoint: {}", change);
}

bool PhaseStudy::run() {
  report();
  const auto& jobs = plan_.jobs();
  std::vector<std::size_t> open;
  for (std::size_t job = 0; job < jobs.size(); ++job)
    if (std::find(done_.begin(), done_.end(), static_cast<std::int64_t>(job)) == done_.end()) open.push_back(job);
  if (open.empty()) return true;
  for (const std::size_t job : open) steps_all_ += plan_.n_steps(jobs[job]);

  const double start = Progress::steady_seconds();
  Progress progress(context_.log, "steps of training", 0, steps_all_);
  progress_ = &progress;
  const auto width = static_cast<std::size_t>(pools_.count);
  for (std::size_t first = 0; first < open.size() && stop_reason_.empty(); first += width) {
    const std::size_t mine = first + static_cast<std::size_t>(pools_.index);
    std::vector<double> record;
    std::string problem;
    try {
      if (mine < open.size()) record = train(open[mine]);
    } catch (const std::exception& error) {
      problem = fmt::format("{}: {}", plan_.name(jobs[open[mine]]), error.what());
    }
    // Pools fail and stop alone; here all ranks hear of it.
    context_.world.fail_together(problem);
    if (!pools_.within.is_root()) record.clear();
    const auto records = context_.world.gather(record);
    for (std::size_t at = 0; at < records.size();) {
      const std::size_t length = record_head + static_cast<std::size_t>(records[at + 1]) +
                                 epoch_width * static_cast<std::size_t>(records[at + 2]);
      keep({records.begin() + static_cast<std::ptrdiff_t>(at),
            records.begin() + static_cast<std::ptrdiff_t>(at + length)});
      at += length;
    }
    for (std::size_t k = first; k < std::min(open.size(), first + width); ++k)
      steps_before_ += plan_.n_steps(jobs[open[k]]);
    const auto request = control_.interpret(context_.world.max(control_.flag()));
    if (request.stop) stop_reason_ = request.reason;
    save();
    control_.saved();
  }
  progress.finish();
  progress_ = nullptr;
  seconds_ = context_.world.max(Progress::steady_seconds() - start);
  shown_ = context_.world.sum(pools_.within.is_root() ? shown_ : 0);
  std::int64_t n = static_cast<std::int64_t>(outcomes_.size());
  context_.world.broadcast(&n, 1);
  return n == static_cast<std::int64_t>(jobs.size());
}

std::vector<double> PhaseStudy::train(std::size_t number) {
  const PhaseJob& job = plan_.jobs()[number];
  const PhaseLesson lesson = plan_.lesson(job);
  const DataParts parts = plan_.parts(job);
  const TrainerSettings settings = plan_.settings(job);
  const auto training = training_library().phase_training(lesson, settings, parts, pools_.within);
  while (!training->is_done()) {
    training->step(control_.flag());
    shown_ += std::min<std::int64_t>(settings.batch_size, static_cast<std::int64_t>(parts.train.size()));
    progress_->update(std::min(steps_all_, steps_before_ + pools_.count * training->n_steps()));
    if (control_.interpret(training->flag()).stop) return {};
  }
  const Assessment answers = training->assess_best(plan_.asked(job));
  if (!plan_.by_confusion()) {
    ModelFile model = training->best_model();
    model.attributes["name"] = fmt::format("classifier of the phases of Ising configurations, {}", plan_.name(job));
    model.attributes["source"] = "Spinel, calculation = 'phase', method = 'cnn'";
    model.attributes["input"] = echo(context_.input);
    write_model_file(model_path(job), model, true, pools_.within);
  }
  std::vector<double> record = {static_cast<double>(number), static_cast<double>(answers.output.size()),
                                static_cast<double>(training->history().size())};
  record.insert(record.end(), answers.output.begin(), answers.output.end());
  append_history(training->history(), record);
  return record;
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
