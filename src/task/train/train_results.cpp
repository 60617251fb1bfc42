#include "task/train/train_results.hpp"

#include <algorithm>
#include <filesystem>

#include "core/text.hpp"
#include "io/checkpoint.hpp"
#include "parallel/on_root.hpp"
#include "run/result_common.hpp"
#include "run/run_files.hpp"
#include "run/run_report.hpp"

namespace spinel {

namespace {

constexpr std::size_t record_head = 5;  // epoch, learning rate, loss, norm, is_best: before the metrics of a record

std::vector<double> column(const std::vector<double>& rows, std::size_t width, std::size_t k) {
  std::vector<double> values;
  for (std::size_t at = 0; at + width <= rows.size(); at += width) values.push_back(rows[at + k]);
  return values;
}

}  // namespace

TrainResults::TrainResults(const RunContext& context, const TrainData& data, const std::vector<TrainJob>& jobs)
    : context_(context),
      data_(data),
      subject_(data.subject().results(data)),
      n_jobs_(static_cast<std::int64_t>(jobs.size())),
      file_(context.world, RunFiles(context).result) {
  context.world.barrier();  // checkpoints of all pools are there
  on_root(context.world, [&] {
    for (std::size_t first = 0; first < jobs.size();) {
      std::size_t last = first;
      while (last < jobs.size() && jobs[last].group == jobs[first].group) ++last;
      add({jobs.begin() + static_cast<std::ptrdiff_t>(first), jobs.begin() + static_cast<std::ptrdiff_t>(last)});
      first = last;
    }
  });
  context.world.broadcast(&n_complete_, 1);
}

void TrainResults::add(const std::vector<TrainJob>& jobs) {
  std::vector<std::vector<double>> outputs;  // [member][sample of validation, then test][n_outputs]
  for (const TrainJob& job : jobs)
    if (std::filesystem::exists(job.checkpoint)) add_member(job, outputs);
  const DataParts parts = data_.parts(jobs.front().n_train);
  subject_->add(jobs.front().group, parts, outputs, file_);
}

void TrainResults::add_member(const TrainJob& job, std::vector<std::vector<double>>& outputs) {
  const CheckpointReader in(Communicator::self(), job.checkpoint);
  const auto place = in.integers("training_place");
  const auto rows = in.reals("training_history");
  const auto names = in.text("metric_names");
  const bool has_validation = !data_.parts(job.n_train).validation.empty();
  const std::string group = fmt::format("{}/member_{}/", job.group, job.member + 1);
  const std::size_t width = place[0] > 0 ? rows.size() / static_cast<std::size_t>(place[0]) : record_head;
  if (place[0] > 0) {
    std::vector<std::int64_t> epoch;
    for (const double value : column(rows, width, 0)) epoch.push_back(static_cast<std::int64_t>(value));
    file_.write(group + "history/epoch", epoch, {"", ""});
    file_.write(group + "history/learning_rate", column(rows, width, 1), {"", "of the last step"});
    file_.write(group + "history/loss", column(rows, width, 2), {"", "training part, mean over the epoch"});
    file_.write(group + "history/gradient_norm", column(rows, width, 3), {"", "largest, before clipping"});
    std::size_t k = record_head;
    for (std::size_t at = 0; at < names.size() && has_validation; ++k) {
      const std::size_t end = std::min(names.find('\n', at), names.size()), tab = names.find('\t', at);
      file_.write(group + "history/validation_" + names.substr(at, tab - at), column(rows, width, k),
                  {names.substr(tab + 1, end - tab - 1), "validation part"});
      at = end + 1;
    }
    const auto best = column(rows, width, 4);
    const auto last = std::find(best.rbegin(), best.rend(), 1.0);
    file_.write(group + "best_epoch", static_cast<std::int64_t>(best.rend() - last), {"", "whose weights are kept"});
  }
  file_.write(group + "step_loss", in.reals("training_step_losses"), {"", "of each batch before its step"});
  file_.set_attribute(group.substr(0, group.size() - 1), "complete", in.text("complete"));
  if (in.text("complete") != "yes") return;
  ++n_complete_;
  outputs.push_back(in.reals("validation_output"));
  const auto test = in.reals("test_output");
  outputs.back().insert(outputs.back().end(), test.begin(), test.end());
}

void TrainResults::set_speed(double seconds, double samples, double memory, double overlap) {
  seconds_ = seconds;
  samples_ = samples;
  memory_ = memory;
  overlap_ = overlap;
}

void TrainResults::write() {
  write_header(file_, context_, is_complete());
  file_.set_attribute("/train", "property", data_.subject().property());
  file_.set_attribute("/train", "unit", data_.subject().unit());
  file_.set_attribute("/train", "dataset_hash", data_.hash());
  subject_->write(file_);
  file_.write("/timing/wall", seconds_, {"s", "of training in this part of the run, longest pool"});
  file_.write("/timing/samples_per_second", samples_ / std::max(seconds_, 1e-9), {"1/s", "trained on, all pools"});
  file_.write("/timing/overlap", overlap_, {"", "share of messages of gradients on their way before backward ended"});
  file_.write("/timing/memory_per_rank", memory_, {"B", "resident, peak, largest over ranks"});
  file_.save();
}

void TrainResults::report() {
  Log& log = context_.log;
  if (!log.enabled()) return;
  subject_->report(log);
  log.line();
  if (seconds_ > 0.0)
    echo_line(log, "speed",
              fmt::format("{} samples/s over {}{}", grouped(static_cast<std::int64_t>(samples_ / seconds_)),
                          human_duration(seconds_),
                          context_.world.size() > 1 && overlap_ > 0.0
                              ? fmt::format(", {:.0f} % of the messages behind backward", 100.0 * overlap_)
                              : ""));
  echo_line(log, "memory", fmt::format("at most {} a rank", human_bytes(memory_)));
}

}  // namespace spinel
