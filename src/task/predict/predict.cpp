#include "task/predict/predict.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>

#include "campaign/structure_journal.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "input/schema.hpp"
#include "parallel/on_root.hpp"
#include "parallel/work_queue.hpp"
#include "run/find_file.hpp"
#include "run/restart.hpp"
#include "run/run_control.hpp"
#include "run/run_report.hpp"
#include "source/crystal_source.hpp"
#include "task/predict/predict_models.hpp"
#include "task/predict/predict_results.hpp"

namespace spinel {

namespace {

namespace fs = std::filesystem;

/// What records are to have: what perceptrons take, then the target.
std::vector<std::string> wanted_scalars(const Input& input, const PredictModels& models) {
  std::vector<std::string> names = models.descriptors();
  if (!input.predict.target.empty()) names.push_back(input.predict.target);
  return names;
}

std::unique_ptr<CrystalSource> open_source(const RunContext& context, const PredictModels& models) {
  const std::string path =
      find_file(context.place("predict"), "structures", context.input.predict.structures, context.world);
  try {
    return open_crystal_source(path, wanted_scalars(context.input, models), context.world);
  } catch (const InputError& error) {
    fail_key(context.input, "predict", "structures", error.what());
  }
}

class Prediction {
 public:
  explicit Prediction(const RunContext& context)
      : context_(context),
        files_(context),
        journal_(files_.journal),
        control_(context.input.control, context.input.output, true),
        models_(context),
        source_(open_source(context, models_)) {
    report_start(context_);
    take_up();
  }

  void run() {
    report();
    const double begin = Progress::steady_seconds();
    if (n_done_ < source_->n_chunks()) work();
    const double seconds = Progress::steady_seconds() - begin;
    // What all ranks did is on the disk before one reads it.
    together([&] { journal_.close(); });
    on_root(context_.world, [&] { journal_.scan(); });
    int complete = context_.world.is_root() && journal_.size() == source_->n_chunks() ? 1 : 0;
    context_.world.broadcast(&complete, 1);
    const auto chunk = [&](std::int64_t number) -> std::optional<PredictedChunk> {
      if (!journal_.has(number)) return std::nullopt;
      return unpack_chunk(journal_.read(number));
    };
    const PredictSummary summary =
        write_predictions(context_, files_, models_, *source_, chunk, complete != 0, n_before_, seconds);
    report_predictions(context_, models_, summary, summary.done + summary.failed - n_before_, seconds);
    Log& log = context_.log;
    if (complete != 0)
      log.print("\nComplete: {}{}", files_.result, context_.input.predict.csv ? ", " + files_.predictions : "");
    else
      log.print("\nStopped by {} with {} of {} crystals done; continue with restart_mode = 'auto'", stop_reason_,
                grouped(summary.done + summary.failed), grouped(source_->size()));
  }

 private:
  StructureJournal::Header header() const {
    const std::uint64_t list = source_->fingerprint();
    return {echo(context_.input), (list ^ models_.fingerprint()) * 1099511628211ull, source_->size()};
  }

  /// Looks for what an earlier run did, or clears the way for a new one, and opens the journals.
  void take_up() {
    const Input& input = context_.input;
    std::vector<std::int64_t> ends(static_cast<std::size_t>(context_.world.size()), 0);
    on_root(context_.world, [&] {
      if (input.control.restart_mode != "from_scratch") {
        const auto earlier = journal_.scan();
        if (!earlier && input.control.restart_mode == "restart")
          fail_key(input, "control", "restart_mode",
                   fmt::format("'restart', but there is no journal {}; use 'auto' to begin anew where there is none",
                               files_.journal));
        if (earlier) check_same(*earlier);
        n_done_ = journal_.size();
      }
      files_.make_folder();
      if (n_done_ == 0) files_.keep_old();
      std::error_code error;
      fs::create_directories(files_.journal, error);
      if (error) fail("cannot make the folder {}: {}", files_.journal, error.message());
      for (std::int64_t number = 0; number < source_->n_chunks(); ++number)
        if (journal_.has(number))
          n_before_ += source_->count_of(number);
        else
          order_.push_back(number);
      for (std::size_t rank = 0; rank < ends.size() && n_done_ > 0; ++rank)
        ends[rank] = static_cast<std::int64_t>(journal_.end_of(static_cast<int>(rank)));
    });
    context_.world.broadcast(&n_done_, 1);
    context_.world.broadcast(&n_before_, 1);
    context_.world.broadcast(ends);
    const auto rank = static_cast<std::size_t>(context_.world.rank());
    together([&] { journal_.open(context_.world.rank(), static_cast<std::uint64_t>(ends[rank]), header()); });
  }

  void check_same(const StructureJournal::Header& earlier) {
    const Input then = parse_input(earlier.input, files_.journal);
    changes_ = compare_with_checkpoint(context_.input, then, files_.journal);
    const StructureJournal::Header now = header();
    if (earlier.fingerprint == now.fingerprint && earlier.n_structures == now.n_structures) return;
    fail_key(context_.input, "predict", "structures",
             fmt::format("the list or the models are no longer those of the {} crystals that {} belongs to; put them "
                         "back, or begin anew with restart_mode = 'from_scratch'",
                         earlier.n_structures, files_.journal));
  }

  /// Collective. An error of one rank is one of all.
  template <class Work>
  void together(Work&& work) {
    std::string problem;
    try {
      work();
    } catch (const std::exception& error) {
      problem = error.what();
    }
    context_.world.fail_together(problem);
  }

  void report() {
    Log& log = context_.log;
    const PropertyArchitecture& a = models_.architecture();
    echo_line(log, "crystals", fmt::format("{} from {}", grouped(source_->size()), context_.input.predict.structures));
    echo_line(log, "property",
              a.property.empty() ? "not named by the model" : a.property + (a.unit.empty() ? "" : " (" + a.unit + ")"));
    for (std::size_t k = 0; k < models_.size(); ++k) echo_line(log, k == 0 ? "models" : "", models_.name(k));
    if (n_before_ > 0) echo_line(log, "restart", fmt::format("{} are done already", grouped(n_before_)));
    for (const std::string& change : changes_) log.print("  NOTE: changed since then: {}", change);
  }

  void work() {
    WorkQueue::Plan plan;
    plan.order = order_;
    plan.content = [](std::int64_t) { return std::vector<char>(); };
    WorkQueue queue(context_.world, Communicator::self(), std::move(plan), true);
    Progress progress(context_.log, "crystals", n_before_, source_->size());
    while (true) {
      if (const double flag = stop_flag(); flag > 0.0) queue.stop(flag);
      const WorkQueue::Item item = queue.next();
      if (item.number < 0) break;
      progress.update(std::min(source_->size(), n_before_ + queue.done() * source_->chunk_size()));
      journal_.append(pack(predict(item.number, queue)));
    }
    queue.finish();
    progress.finish();
    const double code = context_.world.max(queue.stop_code());
    if (code > 0.0) stop_reason_ = control_.interpret(code).reason;
  }

  /// What asks to stop, if anything: every chunk is kept as it comes, so there is nothing else to save.
  double stop_flag() const {
    const double flag = control_.flag();
    return control_.interpret(flag).stop ? flag : 0.0;
  }

  PredictedChunk predict(std::int64_t number, WorkQueue& queue) {
    source_->read(number, records_);
    const std::size_t each = models_.size() * models_.n_outputs();
    PredictedChunk chunk;
    chunk.number = number;
    chunk.value.assign(records_.size() * each, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t k = 0; k < records_.size(); ++k) {
      // Rank 0 also hands out work.
      if (k % 16 == 0) queue.poll();
      const CrystalRecord& record = records_[k];
      chunk.id.push_back(record.id);
      chunk.n_atoms.push_back(static_cast<std::int32_t>(record.atomic_number.size()));
      if (!context_.input.predict.target.empty()) chunk.target.push_back(record.scalar.back());
      std::string problem = record.problem;
      try {
        if (problem.empty()) models_.predict(record, chunk.value.data() + k * each);
      } catch (const Error& error) {
        problem = error.what();
      }
      if (problem.empty()) continue;
      if (context_.input.predict.strict) fail("{}: {}", record.id, problem);
      std::fill_n(chunk.value.begin() + static_cast<std::ptrdiff_t>(k * each), each,
                  std::numeric_limits<double>::quiet_NaN());
      chunk.failed.push_back(static_cast<std::int32_t>(k));
      chunk.reason.push_back(std::move(problem));
    }
    return chunk;
  }

  const RunContext& context_;
  RunFiles files_;
  StructureJournal journal_;
  RunControl control_;
  PredictModels models_;
  std::unique_ptr<CrystalSource> source_;
  std::vector<std::int64_t> order_;  // chunks to do, on rank 0
  std::int64_t n_done_ = 0;          // chunks an earlier run did
  std::int64_t n_before_ = 0;        // crystals an earlier run did
  std::vector<CrystalRecord> records_;
  std::vector<std::string> changes_;
  std::string stop_reason_;
};

}  // namespace

void run_predict(const RunContext& context) { Prediction(context).run(); }

void check_predict(const RunContext& context) {
  const RunFiles files(context);
  const PredictModels models(context);
  open_source(context, models);
}

}  // namespace spinel
