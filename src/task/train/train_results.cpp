#include "task/train/train_results.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

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

std::string number(double value) { return std::isnan(value) ? "–" : fmt::format("{:.4f}", value); }

}  // namespace

TrainResults::TrainResults(const RunContext& context, const TrainData& data, const std::vector<TrainJob>& jobs)
    : context_(context),
      data_(data),
      potential_(data),
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
  if (data_.is_potential()) return potential_.add(jobs.front().group, parts, outputs, file_);
  std::vector<std::int64_t> samples = parts.validation;
  samples.insert(samples.end(), parts.test.begin(), parts.test.end());
  if (outputs.empty() || samples.empty()) return;

  const EnsembleMean prediction = ensemble_mean(outputs);
  const auto width = data_.crystals().architecture.n_outputs();
  const auto n = static_cast<std::int64_t>(samples.size()), members = static_cast<std::int64_t>(outputs.size());
  const std::string group = jobs.front().group + "/predictions/";
  std::vector<std::string> ids;
  std::vector<std::int64_t> part;
  std::vector<double> target, flat;
  for (const std::int64_t sample : samples) {
    ids.push_back(data_.crystals().name(sample));
    part.push_back(part.size() < parts.validation.size() ? 1 : 2);
    target.push_back(data_.crystals().target[sample]);
  }
  for (const auto& output : outputs) flat.insert(flat.end(), output.begin(), output.end());
  const bool classes = data_.is_classification();
  const std::string unit = data_.unit(), what = classes ? "probability of each class" : data_.property();
  const std::vector<std::int64_t> dims = classes ? std::vector<std::int64_t>{n, width} : std::vector<std::int64_t>{n};
  std::vector<std::int64_t> member_dims = dims;
  member_dims.insert(member_dims.begin(), members);
  file_.write_texts(group + "id", ids, "of each crystal of the validation and the test part");
  file_.write(group + "part", part, {"", "1: validation, 2: test"});
  file_.write(group + "target", target, {unit, classes ? "class" : data_.property()});
  file_.write(group + "prediction", prediction.mean, {unit, what + ", mean over members"}, dims);
  if (members > 1) {
    file_.write(group + "spread", prediction.spread, {unit, "standard deviation over members"}, dims);
    file_.write(group + "members", flat, {unit, what}, member_dims);
  }

  Size size;
  size.group = jobs.front().group;
  size.n_train = static_cast<std::int64_t>(parts.train.size());
  add_quality(size, samples, parts.validation.size(), target, prediction);
  std::vector<std::size_t> tested;
  for (std::size_t k = parts.validation.size(); k < samples.size(); ++k) tested.push_back(k);
  for (const auto& output : outputs)
    size.member_quality.push_back(
        classes ? classification_quality(target, output, static_cast<std::size_t>(width), tested).cross_entropy
                : regression_quality(target, output, tested).mae);
  if (members > 1 && !classes && !tested.empty()) {
    size.has_calibration = true;
    size.calibration = calibration(target, prediction, tested);
  }
  sizes_.push_back(std::move(size));
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

void TrainResults::add_quality(Size& size, const std::vector<std::int64_t>& samples, std::size_t n_validation,
                               const std::vector<double>& target, const EnsembleMean& prediction) {
  // Rows in this order: whole parts, then groups of the test part.
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> groups;
  std::vector<std::size_t> validation, test;
  for (std::size_t k = 0; k < samples.size(); ++k) {
    (k < n_validation ? validation : test).push_back(k);
    if (k >= n_validation)
      for (const auto& group : data_.groups(samples[k])) groups[group].push_back(k);
  }
  const auto n_classes = static_cast<std::size_t>(data_.crystals().architecture.n_outputs());
  const auto add_row = [&](const char* part, const std::string& group, const std::string& value,
                           const std::vector<std::size_t>& chosen) {
    if (chosen.empty()) return;
    Row row{part, group, value, {}, {}};
    if (data_.is_classification())
      row.classes = classification_quality(target, prediction.mean, n_classes, chosen);
    else
      row.numbers = regression_quality(target, prediction.mean, chosen);
    size.rows.push_back(std::move(row));
  };
  add_row("validation", "", "", validation);
  add_row("test", "", "", test);
  for (const auto& [group, chosen] : groups) add_row("test", group.first, group.second, chosen);
}

void TrainResults::set_speed(double seconds, double samples, double memory, double overlap) {
  seconds_ = seconds;
  samples_ = samples;
  memory_ = memory;
  overlap_ = overlap;
}

void TrainResults::write() {
  write_header(file_, context_, is_complete());
  file_.set_attribute("/train", "property", data_.property());
  file_.set_attribute("/train", "unit", data_.unit());
  file_.set_attribute("/train", "dataset_hash", data_.hash());
  if (data_.is_potential()) potential_.write(file_);
  std::vector<std::int64_t> n_train;
  std::vector<double> quality, error;
  for (const Size& size : sizes_) {
    const std::string group = size.group + "/quality/";
    std::vector<std::string> names;
    std::vector<std::int64_t> n;
    std::vector<double> a, b, c;
    const bool classes = data_.is_classification();
    for (const Row& row : size.rows) {
      names.push_back(row.part + (row.group.empty() ? "" : fmt::format(", {} {}", row.group, row.value)));
      n.push_back(classes ? row.classes.n : row.numbers.n);
      a.push_back(classes ? row.classes.accuracy : row.numbers.mae);
      b.push_back(classes ? row.classes.cross_entropy : row.numbers.rmse);
      c.push_back(classes ? row.classes.auc : row.numbers.r2);
    }
    file_.write_texts(group + "group", names, "of crystals");
    file_.write(group + "n", n, {"", "crystals"});
    file_.write(group + (classes ? "accuracy" : "mae"), a, {classes ? "" : data_.unit(), ""});
    file_.write(group + (classes ? "cross_entropy" : "rmse"), b, {classes ? "" : data_.unit(), ""});
    file_.write(group + (classes ? "auc" : "r2"), c, {"", ""});
    file_.write(group + "member", size.member_quality, {data_.unit(), "test part, of each member alone"});
    if (size.has_calibration) {
      const Calibration& q = size.calibration;
      const std::string at = size.group + "/calibration/";
      std::vector<double> spread, rmse;
      for (const auto& bin : q.bins) spread.push_back(bin.spread), rmse.push_back(bin.rmse);
      file_.write(at + "spread", spread, {data_.unit(), "of a tenth of the test part each, by rising spread"});
      file_.write(at + "rmse", rmse, {data_.unit(), "of the same"});
      file_.write(at + "rank_correlation", q.rank_correlation, {"", "Spearman's, of spread and absolute error"});
      file_.write(at + "scale", q.scale, {"", "root of the mean of (error/spread)²"});
      file_.write(at + "within_1", q.within_1, {"", "share of errors within one spread"});
      file_.write(at + "within_2", q.within_2, {"", "share of errors within two spreads"});
      file_.write(at + "expected_error", q.expected_error, {"", "mean over the bins of |spread − rmse|/spread"});
    }
    for (const Row& row : size.rows) {
      if (row.part != "test" || !row.group.empty()) continue;
      n_train.push_back(size.n_train);
      quality.push_back(classes ? row.classes.accuracy : row.numbers.mae);
      error.push_back(classes ? row.classes.cross_entropy : row.numbers.rmse);
    }
  }
  if (n_train.size() > 1) {
    const bool classes = data_.is_classification();
    file_.write("/train/learning_curve/n_train", n_train, {"", "samples of the training part"});
    file_.write(classes ? "/train/learning_curve/accuracy" : "/train/learning_curve/mae", quality,
                {classes ? "" : data_.unit(), "test part"});
    file_.write(classes ? "/train/learning_curve/cross_entropy" : "/train/learning_curve/rmse", error,
                {classes ? "" : data_.unit(), "test part"});
  }
  file_.write("/timing/wall", seconds_, {"s", "of training in this part of the run, longest pool"});
  file_.write("/timing/samples_per_second", samples_ / std::max(seconds_, 1e-9), {"1/s", "trained on, all pools"});
  file_.write("/timing/overlap", overlap_, {"", "share of messages of gradients on their way before backward ended"});
  file_.write("/timing/memory_per_rank", memory_, {"B", "resident, peak, largest over ranks"});
  file_.save();
}

void TrainResults::report() {
  Log& log = context_.log;
  if (!log.enabled()) return;
  for (const Size& size : sizes_) report(size);
  potential_.report(log);
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

void TrainResults::report(const Size& size) const {
  Log& log = context_.log;
  const bool classes = data_.is_classification();
  const std::string unit = data_.unit().empty() ? "" : " (" + data_.unit() + ")";
  TextTable table(classes
                      ? std::vector<std::string>{"group", "n", "accuracy", "cross entropy", "AUC"}
                      : std::vector<std::string>{"group", "n", "MAE" + unit, "RMSE" + unit, "R²", "largest" + unit});
  for (const Row& row : size.rows) {
    const std::string name = row.group.empty() ? row.part : fmt::format("  {}: {}", row.group, row.value);
    if (classes)
      table.add({name, grouped(row.classes.n), number(row.classes.accuracy), number(row.classes.cross_entropy),
                 number(row.classes.auc)});
    else
      table.add({name, grouped(row.numbers.n), number(row.numbers.mae), number(row.numbers.rmse),
                 number(row.numbers.r2), number(row.numbers.largest)});
  }
  log.line();
  if (sizes_.size() > 1) log.print("  trained on {} samples", grouped(size.n_train));
  log.line(table.text());
  if (size.member_quality.size() > 1) {
    std::string each;
    for (const double value : size.member_quality) each += (each.empty() ? "" : ", ") + number(value);
    log.line();
    echo_line(log, "members", fmt::format("{} alone{}: {}", classes ? "cross entropy" : "test MAE", unit, each));
  }
  if (size.has_calibration) {
    const Calibration& q = size.calibration;
    echo_line(log, "calibration",
              fmt::format("errors are {:.2f} spreads (rms), {:.0f} % within one and {:.0f} % within two (68 and 95 % "
                          "where spreads are standard errors)",
                          q.scale, 100.0 * q.within_1, 100.0 * q.within_2));
    echo_line(log, "",
              fmt::format("rank correlation of spread and error {:.2f}, expected error of the spread {:.0f} %",
                          q.rank_correlation, 100.0 * q.expected_error));
  }
}

}  // namespace spinel
