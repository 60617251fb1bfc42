#include "task/train/train_run.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/error.hpp"
#include "core/memory.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "input/schema.hpp"
#include "parallel/on_root.hpp"
#include "run/locate_error.hpp"
#include "run/restart.hpp"
#include "run/run_files.hpp"
#include "run/run_report.hpp"
#include "run/setup/make_structure.hpp"
#include "run/setup/network_library.hpp"
#include "task/properties/properties_report.hpp"
#include "task/train/train_results.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

TrainerSettings trainer_settings(const Input& input, std::int64_t member) {
  const TrainParameters& p = input.train;
  TrainerSettings s;
  s.epochs = p.epochs;
  s.batch_size = p.batch_size;
  s.optimizer = {p.optimizer, p.weight_decay, p.betas[0], p.betas[1], p.epsilon, p.momentum, p.nesterov};
  s.learning_rate.schedule = p.schedule;
  s.learning_rate.base = p.learning_rate;
  s.learning_rate.minimum = p.minimum_learning_rate;
  s.learning_rate.factor = p.decay_factor;
  s.learning_rate.steps = p.decay_epochs;
  s.learning_rate.patience = p.patience;
  s.learning_rate.warm_up = p.warm_up;
  s.learning_rate.epochs = p.epochs;
  s.clip_norm = p.clip_norm;
  s.average_decay = p.average_decay;
  s.early_stopping = p.early_stopping;
  s.bucket_bytes = 1024 * p.bucket_size;
  s.seed = static_cast<std::uint64_t>(input.control.seed);
  s.member = static_cast<std::uint64_t>(member);
  return s;
}

RunningTable epoch_table(const Training& training, bool has_validation) {
  std::vector<RunningTable::Column> columns = {
      {"epoch", "", 6, 0, true}, {"learning rate", "", 13, 4, false, true}, {"train loss", "", 12, 6}};
  if (has_validation)
    for (const Metric& metric : training.metrics())
      columns.push_back({metric.name, metric.unit, std::max<std::size_t>(12, metric.name.size() + 2), 6});
  columns.push_back({"samples/s", "", 11, 0});
  return RunningTable(std::move(columns));
}

CampaignPlan campaign_plan(const RunContext& context, std::int64_t n_jobs) {
  CampaignPlan plan;
  plan.n_items = n_jobs;
  plan.things = "networks";
  plan.shows_progress = false;  // a table tells of each
  // All ranks train one network together unless pools are given.
  plan.n_pools = pools_for(context, std::max<std::int64_t>(1, context.input.parallel.pools), n_jobs);
  if (plan.n_pools > n_jobs)
    fail_key(context.input, "parallel", "pools",
             fmt::format("{} pools for {} network{}", plan.n_pools, n_jobs, n_jobs > 1 ? "s" : ""));
  return plan;
}

}  // namespace

TrainRun::TrainRun(const RunContext& context)
    : context_(context),
      files_(context),
      jobs_(train_jobs(context.input.train, files_)),
      campaign_(context, files_, campaign_plan(context, static_cast<std::int64_t>(jobs_.size()))),
      control_(context.input.control, context.input.output, campaign_.pool().is_root()) {
  const auto& [world, input, units, log] = context;
  const bool found = root_says(world, [&] {
    return std::any_of(jobs_.begin(), jobs_.end(), [](const TrainJob& job) { return fs::exists(job.checkpoint); });
  });
  const std::string& mode = input.control.restart_mode;
  if (mode == "restart" && !found)
    fail_key(input, "control", "restart_mode",
             fmt::format("'restart', but there is no checkpoint {}; use 'auto' to begin anew where there is none",
                         jobs_.front().checkpoint));
  restarted_ = mode != "from_scratch" && found;
}

bool TrainRun::run() {
  begin();
  campaign_.run([&](std::int64_t k, const Campaign::Pulse& pulse) -> std::optional<Bytes> {
    const TrainJob& job = jobs_[static_cast<std::size_t>(k)];
    try {
      run(job, pulse);
    } catch (const CollectiveError& error) {
      if (campaign_.n_pools() == 1) throw;
      // The other pools do not know: the first rank of this one ends the run for all, the others wait for that.
      if (!campaign_.pool().is_root()) context_.world.barrier();
      fail("{}{}{}", job.label, job.label.empty() ? "" : ": ", error.what());
    }
    if (request_.stop) return std::nullopt;
    return Bytes();
  });
  return end();
}

void TrainRun::begin() {
  const auto& [world, input, units, log] = context_;
  report_start(context_);
  if (wants_properties())
    check_properties(context_, make_structure(context_.input.structure, context_.place("structure"), context_.units,
                                              context_.input.control.seed, context_.world));
  data_ = make_train_data(context_);
  data_->report(context_);
  if (campaign_.n_pools() > 1 || jobs_.size() > 1)
    echo_line(log, "networks",
              fmt::format("{}, {}", jobs_.size(),
                          campaign_.n_pools() > 1
                              ? fmt::format("on {} pools of {} rank{}", campaign_.n_pools(), campaign_.pool().size(),
                                            campaign_.pool().size() > 1 ? "s" : "")
                              : "one after another"));
  on_root(world, [&] {
    files_.make_folder();
    if (!restarted_) files_.keep_old();
  });
}

void TrainRun::run(const TrainJob& job, const Campaign::Pulse& pulse) {
  const auto training =
      data_->subject().make(trainer_settings(context_.input, job.member), data_->parts(job.n_train), campaign_.pool());
  if (restarted_ && restore(job, *training)) return;
  if (&job == &jobs_.front())
    echo_line(context_.log, "network",
              fmt::format("{} weights, {} batches an epoch", grouped(training->n_weights()), training->n_batches()));
  loop(job, *training, pulse);
  if (training->is_done()) return finish(job, *training);
  save(job, *training, "no", nullptr, nullptr);
  write_model(job, *training, nullptr);
}

bool TrainRun::restore(const TrainJob& job, Training& training) {
  if (!root_says(campaign_.pool(), [&] { return fs::exists(job.checkpoint); })) return false;
  const CheckpointReader reader(campaign_.pool(), job.checkpoint);
  const auto changes =
      compare_with_checkpoint(context_.input, parse_input(reader.text("input"), job.checkpoint), job.checkpoint);
  if (reader.text("data_hash") != data_->hash())
    fail_key(context_.input, data_->input_group(), "file",
             fmt::format("holds other data than when the checkpoint {} was written", job.checkpoint));
  training.restore(reader);
  const bool complete = reader.text("complete") == "yes";
  echo_line(context_.log, "restart",
            fmt::format("{}{}{} done in {}", job.label, job.label.empty() ? "" : ": ",
                        complete ? "all" : fmt::format("{} steps", training.n_steps()), job.checkpoint));
  for (const std::string& change : changes) context_.log.print("  NOTE: changed since the checkpoint: {}", change);
  return complete;
}

void TrainRun::loop(const TrainJob& job, Training& training, const Campaign::Pulse& pulse) {
  Log& log = context_.log;
  const TrainParameters& p = context_.input.train;
  const std::int64_t n_batches = training.n_batches(), n_steps = p.epochs * n_batches;
  const DataParts parts = data_->parts(job.n_train);
  const auto n_train = static_cast<double>(parts.train.size());
  const RunningTable table = epoch_table(training, !parts.validation.empty());
  log.line();
  if (!job.label.empty()) log.line("  " + job.label);
  log.line(table.header());
  Progress progress(log, "steps", training.n_steps(), n_steps);
  const double start = Progress::steady_seconds();
  const std::int64_t first_step = training.n_steps();
  double epoch_start = start;
  std::int64_t epoch_step = first_step;
  while (!training.is_done()) {
    const bool epoch_ended = training.step(std::max(control_.flag(), pulse(0.0)));
    request_ = control_.interpret(training.flag());
    progress.update(training.n_steps());
    if (epoch_ended && prints()) {
      const EpochRecord& record = training.history().back();
      const double now = Progress::steady_seconds();
      const double done = static_cast<double>(training.n_steps() - epoch_step) / static_cast<double>(n_batches);
      std::vector<double> row = {static_cast<double>(record.epoch), record.learning_rate, record.loss};
      if (!parts.validation.empty()) row.insert(row.end(), record.validation.begin(), record.validation.end());
      row.push_back(done * n_train / std::max(now - epoch_start, 1e-9));
      log.line(table.row(row) + (record.is_best ? " *" : ""));
      epoch_start = now;
      epoch_step = training.n_steps();
    }
    if (request_.stop) break;
    const auto epoch = static_cast<std::int64_t>(training.history().size());
    const bool due = epoch_ended && p.checkpoint_every > 0 && epoch % p.checkpoint_every == 0;
    if ((due || request_.save) && !training.is_done()) save(job, training, "no", nullptr, nullptr);
  }
  progress.finish();
  const auto steps = static_cast<double>(training.n_steps() - first_step);
  speed_.seconds += Progress::steady_seconds() - start;
  speed_.samples += steps / static_cast<double>(n_batches) * n_train;
  speed_.overlap = training.overlap();
}

void TrainRun::finish(const TrainJob& job, Training& training) {
  const DataParts parts = data_->parts(job.n_train);
  const Assessment validation = training.assess_best(parts.validation), test = training.assess_best(parts.test);
  write_model(job, training, parts.test.empty() ? nullptr : &test);
  save(job, training, "yes", &validation, &test);
}

void TrainRun::write_model(const TrainJob& job, Training& training, const Assessment* test) {
  const auto& history = training.history();
  const auto best =
      std::find_if(history.rbegin(), history.rend(), [](const EpochRecord& record) { return record.is_best; });
  if (best == history.rend()) return;
  ModelFile model = training.best_model();
  data_->describe(context_, model);
  model.attributes["best_epoch"] = fmt::format("{} of {}", best->epoch, history.size());
  const bool has_validation = !data_->parts(job.n_train).validation.empty();
  for (std::size_t k = 0; k < training.metrics().size(); ++k) {
    const Metric& metric = training.metrics()[k];
    const auto text = [&](double value) {
      return fmt::format("{:.8g}{}{}", value, metric.unit.empty() ? "" : " ", metric.unit);
    };
    if (has_validation) model.attributes["validation_" + metric.name] = text(best->validation[k]);
    if (test != nullptr) model.attributes["test_" + metric.name] = text(test->metrics[k]);
  }
  write_model_file(job.model, model, context_.input.train.precision == "single", campaign_.pool());
}

void TrainRun::save(const TrainJob& job, Training& training, const std::string& complete, const Assessment* validation,
                    const Assessment* test) {
  CheckpointWriter out(campaign_.pool());
  training.save(out);
  out.set_text("complete", complete);
  out.set_text("input", echo(context_.input));
  out.set_text("data_hash", data_->hash());
  std::string names;
  for (const Metric& metric : training.metrics()) names += metric.name + '\t' + metric.unit + '\n';
  out.set_text("metric_names", names);
  if (validation != nullptr) out.set("validation_output", validation->output);
  if (test != nullptr) out.set("test_output", test->output);
  out.write(job.checkpoint);
  control_.saved();
}

bool TrainRun::wants_properties() const { return find_group("properties")->used_in(context_.input); }

/// Of the potential of the last job: of the largest training part.
void TrainRun::report_properties(TrainResults& results) {
  const Communicator& world = context_.world;
  const ModelFile model = read_model_file(jobs_.back().model, world);
  NetworkOptions options;
  options.single_precision = context_.input.train.precision == "single";
  options.node_rank = world.rank_on_node();
  PropertiesSubject subject;
  subject.make = [&](const std::vector<Species>& species) {
    return network_library().make_potential(model, species, options, world);
  };
  subject.single_precision = options.single_precision;
  subject.crystal = make_structure(context_.input.structure, context_.place("structure"), context_.units,
                                   context_.input.control.seed, context_.world);
  echo_line(context_.log, "properties", fmt::format("of {}", jobs_.back().model));
  if (!properties_report(context_, subject, results.file(), "/train/properties",
                         [&] { return control_.interpret(world.max(control_.flag())).stop; }))
    context_.log.print("  NOTE: stopped before all properties were reported; calculation = 'properties' reports them");
  results.file().save();
}

bool TrainRun::end() {
  const auto& [world, input, units, log] = context_;
  TrainResults results(context_, *data_, jobs_);
  results.set_speed(world.max(speed_.seconds), world.sum(campaign_.pool().is_root() ? speed_.samples : 0.0),
                    world.max(static_cast<double>(memory_use().peak)), speed_.overlap);
  results.write();
  results.report();
  if (results.is_complete() && wants_properties()) report_properties(results);
  if (results.is_complete())
    log.print("\nComplete: {}", results.path());
  else
    log.print("\nStopped by {}; continue with restart_mode = 'auto'", campaign_.stop_reason());
  return results.is_complete();
}

}  // namespace spinel
