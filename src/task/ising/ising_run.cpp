#include "task/ising/ising_run.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/memory.hpp"
#include "parallel/on_root.hpp"
#include "run/restart.hpp"
#include "run/run_report.hpp"
#include "task/ising/ising_results.hpp"

namespace spinel {

namespace {

constexpr double round_seconds = 0.25;            // between looks at clock and signals of all ranks
constexpr double step_seconds = 0.01;             // of a group
constexpr std::int64_t updates_unit = 1'000'000;  // of the progress line

bool needs_samples(const IsingParameters& p) { return p.configurations > 0 || p.series; }

}  // namespace

IsingRun::IsingRun(const RunContext& context)
    : context_(context),
      control_(context.input.control, context.input.output, context.world.is_root()),
      files_(context),
      plan_(context),
      groups_(make_pools(context.world, plan_.n_groups())),
      teams_(make_pools(groups_.within, plan_.n_teams())),
      updater_(make_updater(context.input.ising.update)) {
  simulations_.resize(plan_.schedule()[static_cast<std::size_t>(groups_.index)].size());
  for (const IsingJob& job : plan_.jobs())
    total_updates_ += plan_.sweeps() * job.n_temperatures * plan_.systems()[job.system].n_spins();
  restored_ = restart_is_wanted(context_, files_);
  if (restored_) restore();
  if (was_complete_) return;
  on_root(context_.world, [&] {
    files_.make_folder();
    if (!restored_) files_.keep_old();
  });
  if (needs_samples(plan_.parameters())) {
    samples_ = std::make_unique<IsingSamples>(context_, plan_, files_.samples, restored_);
    for (auto& simulation : simulations_)
      if (simulation) simulation->set_samples(samples_.get());
  }
}

IsingRun::~IsingRun() = default;

void IsingRun::restore() {
  const CheckpointReader reader(context_.world, files_.checkpoint);
  changes_ = check_restart(context_, files_, reader);
  if (reader.integer("complete") != 0) {
    was_complete_ = root_says(context_.world, [&] { return ising_results_are_complete(files_); });
    if (was_complete_) return;
  }
  std::vector<IsingRecords::Record> records(static_cast<std::size_t>(reader.integer("n_records")));
  std::vector<std::int64_t> numbers(records.size() * IsingRecords::width);
  reader.read_rows("records", 0, static_cast<std::int64_t>(records.size()), numbers.data());
  std::map<std::int64_t, std::vector<IsingRecords::Record>> of_job;
  for (std::size_t k = 0; k < records.size(); ++k) {
    const std::int64_t* n = numbers.data() + k * IsingRecords::width;
    of_job[n[1]].push_back({n[0], n[1], n[2], n[3], n[4], n[5]});
  }
  const auto& schedule = plan_.schedule()[static_cast<std::size_t>(groups_.index)];
  for (std::size_t k = 0; k < schedule.size(); ++k) {
    const auto found = of_job.find(static_cast<std::int64_t>(schedule[k]));
    if (found == of_job.end()) continue;
    simulations_[k] = std::make_unique<IsingSimulation>(plan_, schedule[k], teams_, *updater_);
    simulations_[k]->restore(reader, found->second);
  }
  updates_at_start_ = updates_ = context_.world.sum(own_updates());
}

std::int64_t IsingRun::own_updates() const {
  std::int64_t sum = 0;
  if (groups_.within.is_root())
    for (const auto& simulation : simulations_)
      if (simulation) sum += simulation->sweep() * simulation->n_spins();
  return sum;
}

void IsingRun::begin() {
  report_start(context_);
  report_ising(context_, plan_, files_, samples_ != nullptr);
  if (restored_)
    echo_line(context_.log, "restart",
              fmt::format("{:.1f} % done in {}",
                          100.0 * static_cast<double>(updates_at_start_) / static_cast<double>(total_updates_),
                          files_.checkpoint));
  for (const std::string& change : changes_) context_.log.print("  NOTE: changed since the checkpoint: {}", change);
  context_.log.line();
}

void IsingRun::run() {
  progress_.emplace(context_.log, "million spin updates", updates_at_start_ / updates_unit,
                    total_updates_ / updates_unit);
  const double start = Progress::steady_seconds();
  double saving = 0.0;
  while (updates_ < total_updates_ && !request_.stop) {
    advance();
    updates_ = context_.world.sum(own_updates());
    request_ = control_.interpret(context_.world.max(control_.flag()));
    progress_->update(updates_ / updates_unit);
    if (!request_.save || request_.stop || updates_ == total_updates_) continue;
    const double before = Progress::steady_seconds();
    save();
    saving += Progress::steady_seconds() - before;
  }
  progress_->finish();
  performance_.seconds = context_.world.max(Progress::steady_seconds() - start - saving);
  performance_.spin_updates = static_cast<double>(updates_ - updates_at_start_);
}

void IsingRun::advance() {
  const Communicator& group = groups_.within;
  const auto& schedule = plan_.schedule()[static_cast<std::size_t>(groups_.index)];
  const double deadline = Progress::steady_seconds() + round_seconds;
  while (next_ < simulations_.size()) {
    const double start = Progress::steady_seconds();
    auto& simulation = simulations_[next_];
    if (!simulation) {
      simulation = std::make_unique<IsingSimulation>(plan_, schedule[next_], teams_, *updater_);
      simulation->set_samples(samples_.get());
      simulation->start();
    }
    if (!simulation->is_done()) simulation->advance(sweeps_at_once_);
    if (simulation->is_done()) ++next_;
    const double now = Progress::steady_seconds();
    if (now - start < 0.5 * step_seconds) sweeps_at_once_ = std::min<std::int64_t>(2 * sweeps_at_once_, 1 << 20);
    if (now - start > 2.0 * step_seconds) sweeps_at_once_ = std::max<std::int64_t>(sweeps_at_once_ / 2, 1);
    std::int64_t decision[2] = {now >= deadline ? 1 : 0, sweeps_at_once_};
    if (group.size() > 1) group.broadcast(decision, 2);
    sweeps_at_once_ = decision[1];
    if (decision[0] != 0) return;
  }
}

void IsingRun::save() {
  const Communicator& world = context_.world;
  if (samples_) samples_->sync();
  IsingRecords records;
  std::vector<CheckpointWriter::Piece> pieces;
  std::int64_t bytes = 0;
  for (const auto& simulation : simulations_)
    if (simulation) {
      simulation->pack(records);
      simulation->pack_spins(records, pieces, bytes);
    }
  const std::int64_t bytes_before = world.exclusive_scan(bytes);
  const std::int64_t numbers_before = world.exclusive_scan(static_cast<std::int64_t>(records.numbers.size()));
  std::vector<std::int64_t> flat;
  for (const auto& r : records.records)
    flat.insert(flat.end(), {r.kind, r.job, r.walker, r.row, r.count,
                             r.at + (r.kind == IsingRecords::spins ? bytes_before : numbers_before)});
  CheckpointWriter out(world);
  out.add("records", flat.data(), records.records.size(), IsingRecords::width);
  out.add("numbers", records.numbers.data(), records.numbers.size());
  out.add("spins", std::move(pieces));
  out.set("n_records", world.sum(static_cast<std::int64_t>(records.records.size())));
  out.set("complete", std::int64_t{updates_ == total_updates_});
  out.set_text("input", echo(context_.input));
  out.write(files_.checkpoint);
  control_.saved();
}

bool IsingRun::end() {
  const Communicator& world = context_.world;
  const bool complete = updates_ == total_updates_;
  save();
  performance_.memory = world.max(static_cast<double>(memory_use().peak));
  IsingResults results(context_, plan_, files_, complete);
  for (std::size_t system = 0; system < plan_.systems().size(); ++system) {
    IsingRecords records;
    for (const auto& simulation : simulations_)
      if (simulation && simulation->system_index() == system) simulation->pack(records);
    results.add(system, gather(records, world), samples_.get());
  }
  results.write(performance_);
  report_performance(context_, performance_);
  if (complete)
    context_.log.print("\nComplete: {}{}", files_.result, samples_ ? ", " + files_.samples : "");
  else
    context_.log.print("\nStopped by {} after {:.1f} % of the work; continue with restart_mode = 'auto' from {}",
                       request_.reason, 100.0 * static_cast<double>(updates_) / static_cast<double>(total_updates_),
                       files_.checkpoint);
  return complete;
}

void IsingRun::report_complete() {
  report_start(context_);
  context_.log.print("\n{} is complete; to begin anew, set restart_mode = 'from_scratch'", files_.result);
}

}  // namespace spinel
