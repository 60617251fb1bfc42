#include "task/predict/predict_results.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/text.hpp"
#include "crystal/formats/text_file.hpp"
#include "io/table.hpp"
#include "parallel/on_root.hpp"
#include "run/report_warnings.hpp"
#include "run/result_common.hpp"

namespace spinel {

namespace {

constexpr std::size_t most_problems = 10;

/// A crystal with what the models predict of it.
struct PredictedRow {
  std::int64_t number = 0;
  std::string id;
  std::int64_t status = 0, n_atoms = 0;
  std::vector<double> mean, spread;  // [output]
  std::vector<double> member;        // [model][output]
  double target = std::numeric_limits<double>::quiet_NaN();
};

/// All digits of a number; nothing for NaN.
std::string whole_number(double value) { return std::isnan(value) ? std::string() : fmt::format("{}", value); }

Table<PredictedRow> predictions_table(const PredictModels& models, bool compares) {
  using R = PredictedRow;
  const PropertyArchitecture& a = models.architecture();
  const bool classes = a.is_classifier(), several = models.size() > 1;
  const auto outputs = static_cast<std::int64_t>(models.n_outputs()), m = static_cast<std::int64_t>(models.size());
  const std::string unit = classes ? "" : a.unit;
  std::vector<std::int64_t> shape, member_shape = {m};
  if (classes) {
    shape = {outputs};
    member_shape.push_back(outputs);
  }
  Table<R> t;
  t.column("number", "", "place in the list", &R::number).only_in_csv();
  t.column("id", "", "of the record, else its place in the file; empty: pending", &R::id);
  t.column("status", "", "0 done, 2 failed, 3 pending", &R::status).not_in_csv();
  t.column("n_atoms", "", "0: the structure could not be read", &R::n_atoms).not_in_csv();
  t.column(classes ? "probability" : "value", unit, m > 1 ? "mean over the models" : "of the model", [](const R& r) {
     return r.mean;
   }).shape(shape);
  t.column("spread", unit, "standard deviation over the models, n − 1", [](const R& r) { return r.spread; })
      .shape(shape)
      .where(several);
  t.column("member", unit, "of each model", [](const R& r) { return r.member; }).shape(member_shape).where(several);
  const auto fields = [&](const std::string& name, std::vector<double> R::*values) {
    for (std::size_t o = 0; o < models.n_outputs(); ++o)
      t.column("", "", "", [values, o](const R& r) { return (r.*values)[o]; })
          .only_in_csv()
          .csv_name(classes ? fmt::format("{}_{}", name, o) : name)
          .csv([values, o](const R& r) { return whole_number((r.*values)[o]); });
  };
  fields(classes ? "probability" : a.property.empty() ? "value" : a.property, &R::mean);
  if (several) fields("spread", &R::spread);
  if (compares)
    t.column("target", unit, "as the structures have it", &R::target).csv([](const R& r) {
      return whole_number(r.target);
    });
  return t;
}

/// Rows of the result file, one after the other, and what is counted on the way.
class Rows {
 public:
  Rows(const PredictModels& models, bool compares, const std::string& csv)
      : models_(models), compares_(compares), table_(predictions_table(models, compares)) {
    if (csv.empty()) return;
    csv_.emplace(csv);
    csv_->write("{}\n", table_.csv_titles());
  }

  void add(const PredictedChunk& chunk) {
    std::size_t next_failed = 0;
    for (std::size_t k = 0; k < chunk.id.size(); ++k) {
      const bool has_failed =
          next_failed < chunk.failed.size() && static_cast<std::size_t>(chunk.failed[next_failed]) == k;
      const PredictedRow row = row_of(chunk, k, has_failed);
      add(row);
      summary.atoms += row.n_atoms;
      if (!has_failed) {
        ++summary.done;
        compare(row);
        continue;
      }
      ++summary.failed;
      failed_.push_back(row.number);
      reason_.push_back(chunk.reason[next_failed]);
      if (summary.problems.size() < most_problems)
        summary.problems.push_back(fmt::format("{} (number {}): {}", row.id, row.number, chunk.reason[next_failed]));
      ++next_failed;
    }
  }
  void add_pending(std::int64_t count) {
    PredictedRow row;
    row.status = 3;
    row.mean.assign(models_.n_outputs(), std::numeric_limits<double>::quiet_NaN());
    row.spread = row.mean;
    row.member.assign(models_.n_outputs() * models_.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::int64_t k = 0; k < count; ++k) {
      row.number = table_.size();
      add(row);
    }
    summary.pending += count;
  }

  void finish(ResultFile& file) {
    const auto n = static_cast<double>(summary.compared);
    if (summary.compared > 0) {
      summary.mae = error_ / n;
      summary.rmse = std::sqrt(square_ / n);
      const double variance = target_square_ / n - std::pow(target_sum_ / n, 2);
      summary.r2 = variance > 0.0 ? 1.0 - square_ / n / variance : 0.0;
    }
    summary.spread = summary.done > 0 ? std::sqrt(spread_square_ / static_cast<double>(summary.done)) : 0.0;
    if (csv_) csv_->close();
    table_.write(file, "/predictions");
    file.set_attribute("/predictions", "property", models_.architecture().property);
    std::vector<std::string> names;
    for (std::size_t k = 0; k < models_.size(); ++k) names.push_back(models_.name(k));
    file.write_texts("/predictions/model", std::move(names), "model files");
    file.write("/failed/number", std::move(failed_), {"", "places in /predictions of those that failed"});
    file.write_texts("/failed/reason", std::move(reason_), "why");
  }

  PredictSummary summary;

 private:
  void add(const PredictedRow& row) {
    table_.add(row);
    if (csv_) csv_->write("{}\n", table_.csv_line(row));
  }
  PredictedRow row_of(const PredictedChunk& chunk, std::size_t k, bool has_failed) const {
    PredictedRow row;
    row.number = table_.size();
    row.id = chunk.id[k];
    row.status = has_failed ? 2 : 0;
    row.n_atoms = chunk.n_atoms[k];
    const std::size_t m = models_.size(), outputs = models_.n_outputs();
    const double* values = chunk.value.data() + k * m * outputs;
    for (std::size_t o = 0; o < outputs; ++o) {
      double mean = 0.0, square = 0.0;
      for (std::size_t j = 0; j < m; ++j) mean += values[j * outputs + o] / static_cast<double>(m);
      for (std::size_t j = 0; j < m; ++j) square += std::pow(values[j * outputs + o] - mean, 2);
      row.mean.push_back(mean);
      row.spread.push_back(m > 1 ? std::sqrt(square / static_cast<double>(m - 1)) : 0.0);
    }
    row.member.assign(values, values + m * outputs);
    if (compares_) row.target = chunk.target[k];
    return row;
  }
  void compare(const PredictedRow& row) {
    spread_square_ += std::pow(row.spread.back(), 2);
    if (!compares_ || std::isnan(row.target)) return;
    ++summary.compared;
    const double predicted = row.mean.front(), target = row.target;
    if (models_.architecture().is_classifier()) {
      const auto likeliest = std::max_element(row.mean.begin(), row.mean.end()) - row.mean.begin();
      error_ += likeliest == std::lround(target) ? 0.0 : 1.0;
      return;
    }
    error_ += std::abs(predicted - target);
    square_ += std::pow(predicted - target, 2);
    target_sum_ += target;
    target_square_ += target * target;
  }

  const PredictModels& models_;
  bool compares_;
  Table<PredictedRow> table_;
  std::optional<TextWriter> csv_;
  std::vector<std::int64_t> failed_;
  std::vector<std::string> reason_;
  double error_ = 0.0, square_ = 0.0, target_sum_ = 0.0, target_square_ = 0.0, spread_square_ = 0.0;
};

}  // namespace

PredictSummary write_predictions(const RunContext& context, const RunFiles& files, const PredictModels& models,
                                 const CrystalChunks& source,
                                 const std::function<std::optional<PredictedChunk>(std::int64_t)>& chunk, bool complete,
                                 std::int64_t n_before, double seconds) {
  PredictSummary summary;
  ResultFile file(context.world, files.result);
  write_header(file, context, complete);
  on_root(context.world, [&] {
    Rows rows(models, !context.input.predict.target.empty(), context.input.predict.csv ? files.predictions : "");
    for (std::int64_t number = 0; number < source.n_chunks(); ++number) {
      if (const auto done = chunk(number)) {
        rows.add(*done);
        rows.summary.warnings.add(done->warnings);
      } else {
        rows.add_pending(source.count_of(number));
      }
    }
    rows.finish(file);
    write_warnings(file, "/warnings", rows.summary.warnings);
    summary = std::move(rows.summary);
    const auto worked = static_cast<double>(summary.done + summary.failed - n_before);
    file.write("/timing/wall", seconds, {"s", "of reading and predicting in this part of the run"});
    file.write("/timing/crystals_per_second", worked / std::max(seconds, 1e-9), {"1/s", "all ranks together"});
    if (summary.compared > 0) {
      const PropertyArchitecture& a = models.architecture();
      file.write("/comparison/n", summary.compared, {"", "predictions compared with a target"});
      if (a.is_classifier()) {
        file.write("/comparison/error_rate", summary.mae, {"", ""});
      } else {
        file.write("/comparison/mae", summary.mae, {a.unit, "mean absolute error"});
        file.write("/comparison/rmse", summary.rmse, {a.unit, "root mean square error"});
        file.write("/comparison/r2", summary.r2, {"", "coefficient of determination"});
      }
    }
  });
  file.save();
  return summary;
}

void report_predictions(const RunContext& context, const PredictModels& models, const PredictSummary& summary,
                        std::int64_t crystals, double seconds) {
  Log& log = context.log;
  if (!log.enabled()) return;
  const PropertyArchitecture& a = models.architecture();
  log.line();
  echo_line(log, "predicted", fmt::format("{} crystals of {} atoms", grouped(summary.done), grouped(summary.atoms)));
  if (summary.pending > 0) echo_line(log, "pending", grouped(summary.pending));
  if (summary.failed > 0) {
    echo_line(log, "failed", grouped(summary.failed));
    for (const std::string& problem : summary.problems) log.print("    {}", problem);
    const auto shown = static_cast<std::int64_t>(summary.problems.size());
    if (summary.failed > shown)
      log.print("    … and {} more: /failed/reason names each", grouped(summary.failed - shown));
  }
  const std::string unit = a.unit.empty() ? "" : " " + a.unit;
  report_warnings(log, summary.warnings, "crystals");
  if (models.size() > 1 && !a.is_classifier() && summary.done > 0)
    echo_line(log, "spread",
              fmt::format("{:.4g}{} over {} models, root mean square", summary.spread, unit, models.size()));
  if (summary.compared > 0) {
    const std::string& target = context.input.predict.target;
    if (a.is_classifier())
      echo_line(log, "compared",
                fmt::format("{:.4f} wrong of {} with '{}'", summary.mae, grouped(summary.compared), target));
    else
      echo_line(log, "compared",
                fmt::format("MAE {:.4f}{}, RMSE {:.4f}{}, R² {:.4f} of {} with '{}'", summary.mae, unit, summary.rmse,
                            unit, summary.r2, grouped(summary.compared), target));
  }
  if (crystals > 0)
    echo_line(log, "time",
              fmt::format("{}, {:.4g} crystals per second", human_duration(seconds),
                          static_cast<double>(crystals) / std::max(seconds, 1e-9)));
}

}  // namespace spinel
