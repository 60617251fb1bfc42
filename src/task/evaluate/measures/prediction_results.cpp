#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "io/table.hpp"
#include "run/run_report.hpp"
#include "task/evaluate/measures/prediction_run.hpp"

namespace spinel {

namespace {

using Estimate = BootstrapEstimate;

/// A measure as it is called in the result file and in the log.
struct MeasureName {
  PredictionMeasure measure;
  const char *name, *help, *title;
  bool is_rate;
};
constexpr std::array<MeasureName, n_prediction_measures> measure_names = {{
    {PredictionMeasure::match, "match", "share of the targets that are matched", "match (%)", true},
    {PredictionMeasure::match_valid, "match_valid", "share matched by a pair of valid crystals", "valid (%)", true},
    {PredictionMeasure::rmse, "rmse", "mean rms of those that are matched", "RMSE", false},
    {PredictionMeasure::rmse_valid, "rmse_valid", "mean rms of those matched by valid pairs", "valid RMSE", false},
    {PredictionMeasure::crmse, "crmse", "mean rms over all targets, stol where nothing matches", "cRMSE", false},
    {PredictionMeasure::within, "within", "share of the targets with rms of at most 0.1", "rms ≤ 0.1 (%)", true},
}};

std::string shown(const Estimate& e, bool is_rate) {
  if (std::isnan(e.value)) return "–";
  return is_rate ? fmt::format("{:.1f} ± {:.1f}", 100.0 * e.value, 100.0 * e.error)
                 : fmt::format("{:.3f} ± {:.3f}", e.value, e.error);
}

double finite(double rms) { return std::isfinite(rms) ? rms : std::numeric_limits<double>::quiet_NaN(); }

}  // namespace

void PredictionRun::write(ResultFile& file) const {
  Table<Row> table;
  table.column("crystals", "", "whose they are: the set's, or those of a baseline", &Row::crystals);
  table.column("among", "", "crystals that may match a target: the first made for it, all samples, or any of the set",
               &Row::among);
  table.column("samples", "", "most crystals made for a target", &Row::samples);
  table.column("stol", "(V/N)^(1/3)", "tolerance", [](const Row& r) { return r.tolerance.stol; });
  table.column("ltol", "", "tolerance", [](const Row& r) { return r.tolerance.ltol; });
  table.column("angle_tol", "degrees", "tolerance", [](const Row& r) { return r.tolerance.angle_tol; });
  for (const MeasureName& m : measure_names) {
    const char* unit = m.is_rate ? "" : "(V/N)^(1/3)";
    const std::string name = m.name;
    table.column(name, unit, m.help, [measure = m.measure](const Row& r) { return r[measure].value; });
    table.column(name + "_error", unit, "bootstrap standard error over the targets",
                 [measure = m.measure](const Row& r) { return r[measure].error; });
  }
  table.write(file, "/prediction/measures", rows_);

  Table<Target> targets;
  targets.column("id", "", "as the crystals of the set name it", &Target::id);
  targets.column("formula", "", "reduced", &Target::formula);
  targets.column("valid", "", "1: by structure and composition", [](const Target& t) { return t.what.valid; });
  targets.column("n_samples", "", "crystals of the set made for it", &Target::n_samples);
  targets.write(file, "/prediction/targets", targets_);

  const auto n_tolerances = static_cast<std::int64_t>(n_prediction_tolerances);
  for (const Method& method : methods_) {
    std::vector<double> rms;
    for (const auto& matches : method.matches)
      for (const TargetMatch& match : matches)
        for (const double value : match.all) rms.push_back(finite(value));
    file.write("/prediction/rms/" + method.key, std::move(rms),
               {"(V/N)^(1/3)", "least rms by [target][tolerance][first, samples, any]; NaN: no match"},
               {static_cast<std::int64_t>(targets_.size()), n_tolerances, static_cast<std::int64_t>(n_match_among)});
  }
  file.write("/prediction/crystals/target", target_of_, {"", "number of its target, from 0; −1: none"});
  file.write("/prediction/crystals/sample", sample_of_, {"", "number among those made for the target, from 0"});
  std::vector<double> rms;
  for (const auto& of_crystal : rms_)
    for (const double value : of_crystal) rms.push_back(finite(value));
  file.write("/prediction/crystals/rms", std::move(rms), {"(V/N)^(1/3)", "to its target, by tolerance; NaN: no match"},
             {static_cast<std::int64_t>(rms_.size()), n_tolerances});
}

void PredictionRun::report() const {
  Log& log = context_.log;
  const auto& p = context_.input.measures;
  log.line();
  const auto count = [](std::size_t n) { return grouped(static_cast<std::int64_t>(n)); };
  const auto n_crystals = std::count_if(target_of_.begin(), target_of_.end(), [](std::int64_t t) { return t >= 0; });
  echo_line(log, "targets",
            fmt::format("{} structures of {}, up to {} of {} crystals of the set for each", count(targets_.size()),
                        p.targets, n_samples_, grouped(n_crystals)));
  const auto n_bare = std::count_if(targets_.begin(), targets_.end(), [](const Target& t) { return t.n_samples == 0; });
  if (n_bare > 0)
    echo_line(log, "WARNING",
              fmt::format("{} targets have no crystal in the set: they count as not matched", grouped(n_bare)));
  if (training_list_)
    echo_line(log, "baselines", fmt::format("from {} crystals of {}", grouped(training_list_->size()), p.training));
  else
    echo_line(log, "baselines", "without a training set: volumes of the elements, and no substitution");
  if (!training_problems_.empty())
    echo_line(log, "WARNING",
              fmt::format("{} of the training set cannot be read and are left out; the first: {}",
                          count(training_problems_.size()), training_problems_.front()));
  for (const PredictionTolerance& tolerance : prediction_tolerances) {
    Table<Row> table;
    const auto name_of = [this](const Row& row) {
      return std::find_if(methods_.begin(), methods_.end(), [&](const Method& m) { return m.key == row.crystals; })
          ->name;
    };
    table.column("crystals", "", "", &Row::crystals)
        .shown(fmt::format("stol {}, ltol {}, {}°", tolerance.stol, tolerance.ltol, tolerance.angle_tol), name_of);
    table.column("k", "", "", &Row::k).shown("k");
    for (const MeasureName& m : measure_names)
      table.column(m.name, "", "", [measure = m.measure](const Row& r) { return r[measure].value; })
          .shown(m.title, [m](const Row& r) { return shown(r[m.measure], m.is_rate); });
    std::vector<Row> rows;
    for (const Row& row : rows_)
      if (row.tolerance.stol == tolerance.stol) rows.push_back(row);
    log.line();
    log.line(table.text(rows));
  }
}

}  // namespace spinel
