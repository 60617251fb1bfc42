#include "task/train/subject_results.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "run/run_report.hpp"

namespace spinel {

void SubjectResults::add(const std::string& group, const DataParts& parts,
                         const std::vector<std::vector<double>>& outputs, ResultFile& file) {
  std::vector<std::int64_t> samples = parts.validation;
  samples.insert(samples.end(), parts.test.begin(), parts.test.end());
  if (outputs.empty() || samples.empty()) return;
  const Outcome outcome{group, std::move(samples), parts.validation.size(), outputs, ensemble_mean(outputs)};

  const Words help = words();
  Table<std::size_t> predictions;
  predictions.column("id", "", fmt::format("of each {} of the validation and the test part", help.sample),
                     [&](std::size_t k) { return data_.name(outcome.samples[k]); });
  predictions.column("part", "", "1: validation, 2: test",
                     [&](std::size_t k) { return k < outcome.n_validation ? 1 : 2; });
  predictions.write(file, group + "/predictions", places(outcome.samples.size()));

  Size size{static_cast<std::int64_t>(parts.train.size()), {}, {}};
  std::vector<QualityRow> rows = assess(outcome, groups(outcome), file, size.notes);
  Table<QualityRow> quality;
  quality
      .column("group", "", help.group,
              [](const QualityRow& r) {
                return r.part + (r.group.empty() ? "" : fmt::format(", {} {}", r.group, r.value));
              })
      .shown("group",
             [](const QualityRow& r) { return r.group.empty() ? r.part : fmt::format("  {}: {}", r.group, r.value); });
  quality.column("n", "", help.n, &QualityRow::n).shown("n");
  add_columns(quality, false);
  quality.write(file, group + "/quality", rows);
  size.table = quality.text(rows);
  for (QualityRow& row : rows) {
    if (row.part != "test" || !row.group.empty()) continue;
    row.n_train = size.n_train;
    curve_.push_back(std::move(row));
  }
  sizes_.push_back(std::move(size));
}

std::vector<SubjectResults::Group> SubjectResults::groups(const Outcome& outcome) const {
  // Rows in this order: whole parts, then groups of the test part.
  std::vector<Group> all(2);
  all[0].row.part = "validation";
  all[1].row.part = "test";
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> of_test;
  for (std::size_t k = 0; k < outcome.samples.size(); ++k) {
    const bool is_test = k >= outcome.n_validation;
    all[is_test ? 1 : 0].places.push_back(k);
    if (is_test)
      for (const auto& group : data_.groups(outcome.samples[k])) of_test[group].push_back(k);
  }
  for (auto& [name, chosen] : of_test) {
    Group& group = all.emplace_back();
    group.row.part = "test";
    std::tie(group.row.group, group.row.value) = name;
    group.places = std::move(chosen);
  }
  for (Group& group : all) group.row.n = static_cast<std::int64_t>(group.places.size());
  all.erase(std::remove_if(all.begin(), all.end(), [](const Group& g) { return g.places.empty(); }), all.end());
  return all;
}

void SubjectResults::write(ResultFile& file) const {
  if (curve_.size() < 2) return;
  Table<QualityRow> curve;
  curve.column("n_train", "", "samples of the training part", &QualityRow::n_train);
  add_columns(curve, true);
  curve.write(file, "/train/learning_curve", curve_);
}

void SubjectResults::report(Log& log) const {
  for (const Size& size : sizes_) {
    log.line();
    if (sizes_.size() > 1) log.print("  trained on {} samples", grouped(size.n_train));
    log.line(size.table);
    if (!size.notes.empty()) log.line();
    for (const auto& [label, text] : size.notes) echo_line(log, label, text);
  }
}

}  // namespace spinel
