#include "task/optimize/optimize_results.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "parallel/on_root.hpp"
#include "run/result_common.hpp"

namespace spinel {

namespace {

std::string cell(double value) { return std::isnan(value) ? "–" : fmt::format("{:.6g}", value); }

/// Right-aligned by characters, of which a dash has three bytes.
std::string padded(const std::string& text, std::size_t width) {
  const auto length = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  return std::string(width > length ? width - length : 0, ' ') + text;
}

}  // namespace

OptimizeResults::OptimizeResults(const RunContext& context, RunFiles& files, std::vector<std::string> variables,
                                 std::string unit)
    : context_(context),
      files_(files),
      variables_(std::move(variables)),
      unit_(std::move(unit)),
      csv_(context.input.optimize.csv ? files.add("_evaluations.csv") : ""),
      best_(context.input.optimize) {}

void OptimizeResults::header() const {
  const bool counts = context_.input.optimize.goal == "window";
  context_.log.print("\n  {:>6}  {:>12}  {:>12}  {:>12}  {:>12}  {}", "number", "value", "predicted", "sigma",
                     counts ? "hits" : "best",
                     variables_.empty() ? "id" : fmt::format("{}", fmt::join(variables_, ", ")));
}

void OptimizeResults::line(OptimizationRow& row) {
  const bool is_better = best_.add(row.value);
  row.best = best_.value();
  std::vector<std::string> values;
  for (const double value : row.values) values.push_back(fmt::format("{:.6g}", value));
  context_.log.print("  {:>6}  {}  {}  {}  {}{} {}{}", row.number, padded(cell(row.value), 12),
                     padded(cell(row.mean), 12), padded(cell(row.sigma), 12), padded(cell(row.best), 12),
                     is_better ? "*" : " ", variables_.empty() ? row.id : fmt::format("{}", fmt::join(values, ", ")),
                     row.reason.empty() ? "" : "  FAILED: " + row.reason);
}

std::string OptimizeResults::best_text(const std::vector<OptimizationRow>& rows) const {
  const OptimizeParameters& p = context_.input.optimize;
  if (std::isnan(best_.value())) return "none: no evaluation has a value";
  if (p.goal == "window")
    return fmt::format("{:.0f} values between {:g} and {:g}", best_.value(), p.window.front(), p.window.back());
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.value == best_.value(); });
  std::string where = found->id;
  for (std::size_t k = 0; k < variables_.size(); ++k)
    where += fmt::format("{}{} = {}", k == 0 ? "" : ", ", variables_[k], found->values[k]);
  return fmt::format("{}{}{} at {} (evaluation {})", found->value, unit_.empty() ? "" : " ", unit_, where,
                     found->number);
}

void OptimizeResults::write(const std::vector<OptimizationRow>& rows, bool complete,
                            const std::function<void(ResultFile&)>& more) const {
  ResultFile file(context_.world, files_.result);
  write_header(file, context_, complete);
  on_root(context_.world, [&] {
    auto table = optimization_table(context_.input.optimize, variables_, unit_);
    std::vector<OptimizationRow> done;
    BestSoFar best(context_.input.optimize);
    for (const OptimizationRow& row : rows) {
      if (!row.is_done) continue;
      best.add(row.value);
      done.push_back(row);
      done.back().best = best.value();
    }
    if (!csv_.empty()) table.write_csv(csv_, done);
    table.write(file, "/evaluations", done);
    const OptimizeParameters& p = context_.input.optimize;
    file.write_text("/optimize/goal", p.goal);
    if (!p.window.empty()) file.write("/optimize/window", p.window, {unit_, "of the goal"});
    file.write("/optimize/best", best_.value(),
               {p.goal == "window" ? "" : unit_, p.goal == "window" ? "values within the window" : "best value"});
    std::int64_t n_failed = 0;
    std::vector<double> last;
    for (const OptimizationRow& row : done) {
      n_failed += std::isnan(row.value) ? 1 : 0;
      if (!row.hyperparameters.empty()) last = row.hyperparameters;
    }
    file.write("/optimize/n_failed", n_failed, {"", "evaluations without a value"});
    if (!last.empty()) {
      const Hyperparameters h = unpacked(last, kernel_kind(context_.input.bayes.kernel));
      file.write("/optimize/length", std::vector<double>(h.length.begin(), h.length.end()),
                 {"", "of the kernel, at the last choice"});
      file.write("/optimize/variance", h.variance, {"", "of the process, in the unit of the value squared"});
      file.write("/optimize/noise", h.noise, {"", "variance of an observation, likewise"});
    }
    if (more) more(file);
  });
  file.save();
}

}  // namespace spinel
