#include "task/evaluate/evaluate_results.hpp"

#include <algorithm>
#include <cmath>

#include "run/run_report.hpp"

namespace spinel {

namespace {

using Quantity = SetEvaluation::Quantity;

EvaluationColumns columns_of(const SetEvaluation& e) {
  return {e.has_hull, e.has_reference, e.is_relaxed, &e.rows, &e.reference_names};
}

/// Of rates, or of means, as they are printed; the datasets are the same.
Table<Quantity> quantity_table(bool rates) {
  const double factor = rates ? 100.0 : 1.0;
  const int digits = rates ? 2 : 4;
  Table<Quantity> t;
  t.column("name", "", "what the other datasets are of", &Quantity::name)
      .shown(rates ? "of all structures" : "mean",
             [](const Quantity& q) { return q.unit.empty() ? q.name : fmt::format("{} ({})", q.name, q.unit); });
  t.column("unit", "", "", &Quantity::unit);
  t.column("description", "", "", &Quantity::description);
  t.column("is_rate", "", "1: a fraction of the set; 0: a mean of those that have it", &Quantity::is_rate);
  t.column("count", "", "structures: that are so; that have the quantity", &Quantity::count)
      .shown(rates ? "number" : "structures");
  const auto column = [&](const char* name, const char* help, double BootstrapEstimate::*member) -> Column<Quantity>& {
    return t.column(name, "", help, [member](const Quantity& q) { return q.estimate.*member; });
  };
  column("value", "", &BootstrapEstimate::value).scaled(factor).shown(rates ? "%" : "value", digits);
  column("error", "bootstrap standard error", &BootstrapEstimate::error).scaled(factor).shown("± error", digits);
  column("low", "2.5th percentile of the bootstrap", &BootstrapEstimate::low).shown("95 %", [=](const Quantity& q) {
    return fmt::format("{:.{}f} … {:.{}f}", factor * q.estimate.low, digits, factor * q.estimate.high, digits);
  });
  column("high", "97.5th percentile of the bootstrap", &BootstrapEstimate::high);
  return t;
}

}  // namespace

void estimate_quantities(const RunContext& context, SetEvaluation& e) {
  std::vector<std::vector<double>> values;
  e.quantities.clear();
  const auto add = [&](const char* name, const char* unit, const char* description, bool is_rate, const auto& value) {
    std::vector<double>& all = values.emplace_back();
    std::int64_t count = 0;
    for (const EvaluationRow& row : e.rows) {
      all.push_back(static_cast<double>(value(row)));
      if (is_rate ? all.back() != 0.0 : !std::isnan(all.back())) ++count;
    }
    e.quantities.push_back({name, unit, description, is_rate, count, {}});
  };
  if (context.world.is_root()) {
    using Row = const EvaluationRow&;
    const auto rate = [&](const char* name, const char* description, const auto& flag) {
      add(name, "", description, true, [&](Row r) { return flag(r) ? 1.0 : 0.0; });
    };
    if (e.is_relaxed) rate("relaxed", "relaxation came out", [](Row r) { return r.good; });
    rate("valid_structure", "no atoms too close, and a volume", [](Row r) { return r.valid_structure; });
    rate("valid_composition", "charge-neutral by SMACT's rule", [](Row r) { return r.valid_composition; });
    rate("valid_composition_icsd24", "the same with the oxidation states in the ICSD of 2024",
         [](Row r) { return r.valid_composition_icsd24; });
    rate("valid", "valid_structure and valid_composition",
         [](Row r) { return r.valid_structure && r.valid_composition; });
    rate("unique", "first of its group within the set", [](Row r) { return r.unique; });
    if (e.has_reference) {
      rate("novel", "fits nothing in the reference", [](Row r) { return r.novel; });
      rate("unique_novel", "unique and novel", [](Row r) { return r.unique && r.novel; });
    }
    if (e.has_hull) {
      rate("stable", "not above the hull by more than the threshold", [](Row r) { return r.stable; });
      rate("stable_unique", "stable and unique", [](Row r) { return r.stable && r.unique; });
    }
    if (e.has_hull && e.has_reference) {
      rate("stable_novel", "stable and novel", [](Row r) { return r.stable && r.novel; });
      rate("sun", "stable, unique and novel", [](Row r) { return r.stable && r.unique && r.novel; });
    }
    const auto mean = [&](const char* name, const char* unit, const char* description, const auto& value) {
      add(name, unit, description, false, value);
    };
    if (e.has_hull)
      mean("energy_above_hull", "eV/atom", "mean of those that have one", [](Row r) { return r.energy_above_hull; });
    if (e.is_relaxed) {
      mean("rmsd", "Å", "mean displacement (rms over atoms) by relaxation", [](Row r) { return r.rmsd; });
      mean("generated_rms", "(V/N)^(1/3)", "mean distance of generated and relaxed, where they still match",
           [](Row r) { return r.generated_rms; });
    }
    mean("coordination", "", "mean coordination number", mean_coordination);
  }
  const auto& p = context.input.evaluate;
  const auto estimates =
      Bootstrap(static_cast<std::uint64_t>(context.input.control.seed), p.bootstrap)(context.world, std::move(values));
  if (!context.world.is_root()) return;
  for (std::size_t q = 0; q < e.quantities.size(); ++q) e.quantities[q].estimate = estimates[q];
}

void write_evaluation(ResultFile& file, const SetEvaluation& e) {
  evaluation_table(columns_of(e)).write(file, "/evaluation", e.rows);
  quantity_table(false).write(file, "/rates", e.quantities);
  if (e.has_reference) {
    file.write("/reference/size", e.n_reference, {"", "structures of the reference"});
    file.write("/reference/relevant", e.n_reference_relevant, {"", "those with a formula of the set"});
    file.write_texts("/reference/failed", e.reference_failed, "why structures of it cannot be read and are left out");
  }
  std::vector<std::int64_t> offset = {0}, coordination;
  for (const EvaluationRow& row : e.rows) {
    coordination.insert(coordination.end(), row.coordination.begin(), row.coordination.end());
    offset.push_back(static_cast<std::int64_t>(coordination.size()));
  }
  file.write("/evaluation/coordination/offset", std::move(offset), {"", "structure i has offset[i] … offset[i+1] − 1"});
  file.write("/evaluation/coordination/number", std::move(coordination), {"", "neighbors of each atom, in its order"});
}

void write_evaluation_csv(const std::string& path, const SetEvaluation& e) {
  evaluation_table(columns_of(e)).write_csv(path, e.rows);
}

void report_evaluation(const RunContext& context, const SetEvaluation& e) {
  Log& log = context.log;
  if (!log.enabled()) return;
  std::vector<Quantity> rates, means;
  for (const Quantity& q : e.quantities)
    if (q.is_rate || q.count > 0) (q.is_rate ? rates : means).push_back(q);
  log.line();
  log.line(quantity_table(true).text(rates));
  log.line();
  log.line(quantity_table(false).text(means));
  log.line();
  std::int64_t failed = 0, shown = 0;
  constexpr std::int64_t most_shown = 10;
  for (const EvaluationRow& row : e.rows) {
    if (row.good) continue;
    if (++failed > most_shown) continue;
    ++shown;
    log.print("  {} (number {}): {}", row.name, row.number, row.reason);
  }
  if (failed > shown) log.print("  … and {} more that failed: /evaluation/reason tells of each", failed - shown);
  if (e.n_missing > 0)
    echo_line(log, "WARNING",
              fmt::format("{} structures have no energy above the hull, since it lacks {}: they count as not stable",
                          grouped(e.n_missing), e.missing));
}

}  // namespace spinel
