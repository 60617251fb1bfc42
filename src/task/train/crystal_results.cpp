#include "task/train/crystal_results.hpp"

#include <cmath>
#include <map>

#include "core/text.hpp"
#include "run/run_report.hpp"

namespace spinel {

namespace {

std::string number(double value) { return std::isnan(value) ? "–" : fmt::format("{:.4f}", value); }

}  // namespace

void CrystalResults::add(const std::string& group, const DataParts& parts,
                         const std::vector<std::vector<double>>& outputs, ResultFile& file) {
  std::vector<std::int64_t> samples = parts.validation;
  samples.insert(samples.end(), parts.test.begin(), parts.test.end());
  if (outputs.empty() || samples.empty()) return;

  const EnsembleMean prediction = ensemble_mean(outputs);
  const auto width = subject_.n_outputs();
  const auto n = static_cast<std::int64_t>(samples.size()), members = static_cast<std::int64_t>(outputs.size());
  const std::string at = group + "/predictions/";
  std::vector<std::string> ids;
  std::vector<std::int64_t> part;
  std::vector<double> target, flat;
  for (const std::int64_t sample : samples) {
    ids.push_back(data_.name(sample));
    part.push_back(part.size() < parts.validation.size() ? 1 : 2);
    target.push_back(subject_.target(sample));
  }
  for (const auto& output : outputs) flat.insert(flat.end(), output.begin(), output.end());
  const bool classes = subject_.is_classification();
  const std::string unit = subject_.unit(), what = classes ? "probability of each class" : subject_.property();
  const std::vector<std::int64_t> dims = classes ? std::vector<std::int64_t>{n, width} : std::vector<std::int64_t>{n};
  std::vector<std::int64_t> member_dims = dims;
  member_dims.insert(member_dims.begin(), members);
  file.write_texts(at + "id", ids, "of each crystal of the validation and the test part");
  file.write(at + "part", part, {"", "1: validation, 2: test"});
  file.write(at + "target", target, {unit, classes ? "class" : subject_.property()});
  file.write(at + "prediction", prediction.mean, {unit, what + ", mean over members"}, dims);
  if (members > 1) {
    file.write(at + "spread", prediction.spread, {unit, "standard deviation over members"}, dims);
    file.write(at + "members", flat, {unit, what}, member_dims);
  }

  Size size;
  size.group = group;
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

void CrystalResults::add_quality(Size& size, const std::vector<std::int64_t>& samples, std::size_t n_validation,
                                 const std::vector<double>& target, const EnsembleMean& prediction) const {
  // Rows in this order: whole parts, then groups of the test part.
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> groups;
  std::vector<std::size_t> validation, test;
  for (std::size_t k = 0; k < samples.size(); ++k) {
    (k < n_validation ? validation : test).push_back(k);
    if (k >= n_validation)
      for (const auto& group : data_.groups(samples[k])) groups[group].push_back(k);
  }
  const auto n_classes = static_cast<std::size_t>(subject_.n_outputs());
  const auto add_row = [&](const char* part, const std::string& group, const std::string& value,
                           const std::vector<std::size_t>& chosen) {
    if (chosen.empty()) return;
    Row row{part, group, value, {}, {}};
    if (subject_.is_classification())
      row.classes = classification_quality(target, prediction.mean, n_classes, chosen);
    else
      row.numbers = regression_quality(target, prediction.mean, chosen);
    size.rows.push_back(std::move(row));
  };
  add_row("validation", "", "", validation);
  add_row("test", "", "", test);
  for (const auto& [group, chosen] : groups) add_row("test", group.first, group.second, chosen);
}

void CrystalResults::write(ResultFile& file) const {
  std::vector<std::int64_t> n_train;
  std::vector<double> quality, error;
  for (const Size& size : sizes_) {
    const std::string group = size.group + "/quality/";
    std::vector<std::string> names;
    std::vector<std::int64_t> n;
    std::vector<double> a, b, c;
    const bool classes = subject_.is_classification();
    for (const Row& row : size.rows) {
      names.push_back(row.part + (row.group.empty() ? "" : fmt::format(", {} {}", row.group, row.value)));
      n.push_back(classes ? row.classes.n : row.numbers.n);
      a.push_back(classes ? row.classes.accuracy : row.numbers.mae);
      b.push_back(classes ? row.classes.cross_entropy : row.numbers.rmse);
      c.push_back(classes ? row.classes.auc : row.numbers.r2);
    }
    file.write_texts(group + "group", names, "of crystals");
    file.write(group + "n", n, {"", "crystals"});
    file.write(group + (classes ? "accuracy" : "mae"), a, {classes ? "" : subject_.unit(), ""});
    file.write(group + (classes ? "cross_entropy" : "rmse"), b, {classes ? "" : subject_.unit(), ""});
    file.write(group + (classes ? "auc" : "r2"), c, {"", ""});
    file.write(group + "member", size.member_quality, {subject_.unit(), "test part, of each member alone"});
    if (size.has_calibration) {
      const Calibration& q = size.calibration;
      const std::string at = size.group + "/calibration/";
      std::vector<double> spread, rmse;
      for (const auto& bin : q.bins) spread.push_back(bin.spread), rmse.push_back(bin.rmse);
      file.write(at + "spread", spread, {subject_.unit(), "of a tenth of the test part each, by rising spread"});
      file.write(at + "rmse", rmse, {subject_.unit(), "of the same"});
      file.write(at + "rank_correlation", q.rank_correlation, {"", "Spearman's, of spread and absolute error"});
      file.write(at + "scale", q.scale, {"", "root of the mean of (error/spread)²"});
      file.write(at + "within_1", q.within_1, {"", "share of errors within one spread"});
      file.write(at + "within_2", q.within_2, {"", "share of errors within two spreads"});
      file.write(at + "expected_error", q.expected_error, {"", "mean over the bins of |spread − rmse|/spread"});
    }
    for (const Row& row : size.rows) {
      if (row.part != "test" || !row.group.empty()) continue;
      n_train.push_back(size.n_train);
      quality.push_back(classes ? row.classes.accuracy : row.numbers.mae);
      error.push_back(classes ? row.classes.cross_entropy : row.numbers.rmse);
    }
  }
  if (n_train.size() > 1) {
    const bool classes = subject_.is_classification();
    file.write("/train/learning_curve/n_train", n_train, {"", "samples of the training part"});
    file.write(classes ? "/train/learning_curve/accuracy" : "/train/learning_curve/mae", quality,
               {classes ? "" : subject_.unit(), "test part"});
    file.write(classes ? "/train/learning_curve/cross_entropy" : "/train/learning_curve/rmse", error,
               {classes ? "" : subject_.unit(), "test part"});
  }
}

void CrystalResults::report(Log& log) const {
  for (const Size& size : sizes_) report(size, log);
}

void CrystalResults::report(const Size& size, Log& log) const {
  const bool classes = subject_.is_classification();
  const std::string unit = subject_.unit().empty() ? "" : " (" + subject_.unit() + ")";
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
