#include "task/evaluate/evaluate_results.hpp"

#include <algorithm>
#include <cmath>

#include "crystal/formats/text_file.hpp"
#include "run/run_report.hpp"

namespace spinel {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

const char* status_name(const EvaluationRow& row, bool relaxed) {
  switch (row.structure.status) {
    case StructureStatus::done:
      return relaxed ? "converged" : "done";
    case StructureStatus::not_converged:
      return "not_converged";
    case StructureStatus::failed:
      return "failed";
    case StructureStatus::pending:
      break;
  }
  return "pending";
}

double mean_coordination(const EvaluationRow& row) {
  const auto& numbers = row.traits.coordination;
  if (numbers.empty()) return nan;
  double sum = 0.0;
  for (const auto number : numbers) sum += static_cast<double>(number);
  return sum / static_cast<double>(numbers.size());
}

std::string quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\n\r") == cell.npos) return cell;
  std::string result = "\"";
  for (const char c : cell) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + "\"";
}

std::string number_cell(double value) { return std::isnan(value) ? "" : fmt::format("{:.10g}", value); }
std::string flag_cell(bool known, bool value) { return !known ? "" : value ? "1" : "0"; }

std::string duplicate_text(const SetEvaluation& e, const EvaluationRow& row) {
  return row.match.first < 0 ? "" : e.rows[static_cast<std::size_t>(row.match.first)].structure.name;
}
std::string reference_text(const SetEvaluation& e, const EvaluationRow& row) {
  return row.match.reference < 0 ? "" : e.reference_names[static_cast<std::size_t>(row.match.reference)];
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
    rate("valid_structure", "no atoms too close, and a volume", [](Row r) { return r.traits.valid_structure; });
    rate("valid_composition", "charge-neutral by SMACT's rule", [](Row r) { return r.traits.valid_composition; });
    rate("valid", "both", [](Row r) { return r.traits.valid_structure && r.traits.valid_composition; });
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
      mean("rmsd", "Å", "mean displacement (rms over atoms) by relaxation", [](Row r) { return r.traits.rmsd; });
      mean("generated_rms", "(V/N)^(1/3)", "mean distance of generated and relaxed, where they still match",
           [](Row r) { return r.traits.generated_rms; });
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
  const std::string at = "/evaluation/";
  const auto integers = [&](const char* name, const char* description, const auto& value) {
    std::vector<std::int64_t> all;
    for (const EvaluationRow& row : e.rows) all.push_back(static_cast<std::int64_t>(value(row)));
    file.write(at + name, std::move(all), {"", description});
  };
  const auto reals = [&](const char* name, const char* unit, const char* description, const auto& value) {
    std::vector<double> all;
    for (const EvaluationRow& row : e.rows) all.push_back(value(row));
    file.write(at + name, std::move(all), {unit, description});
  };
  const auto texts = [&](const char* name, const char* description, const auto& value) {
    std::vector<std::string> all;
    for (const EvaluationRow& row : e.rows) all.push_back(value(row));
    file.write_texts(at + name, std::move(all), description);
  };
  using Row = const EvaluationRow&;
  texts("name", "where the structure came from", [](Row r) { return r.structure.name; });
  texts("id", "identifier in its file", [](Row r) { return r.structure.id; });
  texts("formula", "reduced", [](Row r) { return r.traits.formula; });
  texts("reason", "why it failed", [](Row r) { return r.structure.reason; });
  integers("status", "0 done or converged, 1 not converged, 2 failed", [](Row r) { return r.structure.status; });
  integers("n_atoms", "0: it could not be read", [](Row r) { return r.traits.n_atoms; });
  integers("valid_structure", "1: yes", [](Row r) { return r.traits.valid_structure; });
  integers("valid_composition", "1: yes", [](Row r) { return r.traits.valid_composition; });
  texts("composition_verdict", "why", [](Row r) { return r.traits.composition_verdict; });
  reals("shortest_distance", "Å", "between any two atoms", [](Row r) { return r.traits.shortest_distance; });
  reals("volume", "Å³", "of the cell", [](Row r) { return r.traits.volume; });
  integers("space_group", "International Tables; 0: none found", [](Row r) { return r.traits.space_group; });
  texts("space_group_symbol", "", [](Row r) { return r.traits.space_group_symbol; });
  integers("unique", "1: first of its group within the set", [](Row r) { return r.unique; });
  integers("duplicate_of", "number of the first of its group; −1: none before it", [](Row r) { return r.match.first; });
  reals("duplicate_rms", "(V/N)^(1/3)", "distance to it",
        [](Row r) { return r.match.first < 0 ? nan : r.match.first_rms; });
  if (e.has_reference) {
    integers("novel", "1: fits nothing in the reference", [](Row r) { return r.novel; });
    texts("reference", "what it fits", [&](Row r) { return reference_text(e, r); });
    reals("reference_rms", "(V/N)^(1/3)", "distance to it",
          [](Row r) { return r.match.reference < 0 ? nan : r.match.reference_rms; });
    file.write("/reference/size", e.n_reference, {"", "structures of the reference"});
    file.write("/reference/relevant", e.n_reference_relevant, {"", "those with a formula of the set"});
  }
  reals("energy", "eV/atom", "of the potential, or of the file", [](Row r) { return r.structure.energy; });
  if (e.has_hull) {
    integers("stable", "1: not above the hull by more than the threshold", [](Row r) { return r.stable; });
    reals("formation_energy", "eV/atom", "from the elements of the hull", [](Row r) { return r.formation_energy; });
    reals("energy_above_hull", "eV/atom", "negative: below the hull; NaN: none, as with elements that the hull lacks",
          [](Row r) { return r.energy_above_hull; });
  }
  if (e.is_relaxed) {
    reals("rmsd", "Å", "displacement by the relaxation", [](Row r) { return r.traits.rmsd; });
    reals("generated_rms", "(V/N)^(1/3)", "matcher's distance of generated and relaxed; NaN: no match",
          [](Row r) { return r.traits.generated_rms; });
  }
  std::vector<std::int64_t> offset = {0}, coordination;
  for (const EvaluationRow& row : e.rows) {
    coordination.insert(coordination.end(), row.traits.coordination.begin(), row.traits.coordination.end());
    offset.push_back(static_cast<std::int64_t>(coordination.size()));
  }
  file.write(at + "coordination/offset", std::move(offset), {"", "structure i has offset[i] … offset[i+1] − 1"});
  file.write(at + "coordination/number", std::move(coordination), {"", "neighbours of each atom, in its order"});

  std::vector<std::string> names, units, descriptions;
  std::vector<std::int64_t> counts, is_rate;
  std::vector<double> value, error, low, high;
  for (const auto& q : e.quantities) {
    names.push_back(q.name);
    units.push_back(q.unit);
    descriptions.push_back(q.description);
    counts.push_back(q.count);
    is_rate.push_back(q.is_rate ? 1 : 0);
    value.push_back(q.estimate.value);
    error.push_back(q.estimate.error);
    low.push_back(q.estimate.low);
    high.push_back(q.estimate.high);
  }
  file.write_texts("/rates/name", std::move(names), "what the other datasets are of");
  file.write_texts("/rates/unit", std::move(units), "");
  file.write_texts("/rates/description", std::move(descriptions), "");
  file.write("/rates/is_rate", std::move(is_rate), {"", "1: a fraction of the set; 0: a mean of those that have it"});
  file.write("/rates/count", std::move(counts), {"", "structures: that are so; that have the quantity"});
  file.write("/rates/value", std::move(value), {"", ""});
  file.write("/rates/error", std::move(error), {"", "bootstrap standard error"});
  file.write("/rates/low", std::move(low), {"", "2.5th percentile of the bootstrap"});
  file.write("/rates/high", std::move(high), {"", "97.5th percentile of the bootstrap"});
}

void write_evaluation_csv(const std::string& path, const SetEvaluation& e) {
  TextWriter out(path);
  out.write(
      "number,name,id,formula,atoms,status,energy,formation_energy,energy_above_hull,stable,unique,duplicate_of,"
      "duplicate_rms,novel,reference,reference_rms,sun,valid_structure,shortest_distance,volume,"
      "valid_composition,composition_verdict,space_group,space_group_symbol,coordination,rmsd,generated_rms,"
      "reason\n");
  for (const EvaluationRow& r : e.rows) {
    const auto& t = r.traits;
    const std::vector<std::string> cells = {fmt::format("{}", r.structure.number),
                                            quoted(r.structure.name),
                                            quoted(r.structure.id),
                                            t.formula,
                                            fmt::format("{}", t.n_atoms),
                                            status_name(r, e.is_relaxed),
                                            number_cell(r.structure.energy),
                                            number_cell(r.formation_energy),
                                            number_cell(r.energy_above_hull),
                                            flag_cell(e.has_hull, r.stable),
                                            flag_cell(true, r.unique),
                                            quoted(duplicate_text(e, r)),
                                            r.match.first < 0 ? "" : number_cell(r.match.first_rms),
                                            flag_cell(e.has_reference, r.novel),
                                            quoted(reference_text(e, r)),
                                            r.match.reference < 0 ? "" : number_cell(r.match.reference_rms),
                                            flag_cell(e.has_hull && e.has_reference, r.stable && r.unique && r.novel),
                                            flag_cell(true, t.valid_structure),
                                            number_cell(t.shortest_distance),
                                            number_cell(t.volume),
                                            flag_cell(true, t.valid_composition),
                                            t.composition_verdict,
                                            fmt::format("{}", t.space_group),
                                            quoted(t.space_group_symbol),
                                            number_cell(mean_coordination(r)),
                                            number_cell(t.rmsd),
                                            number_cell(t.generated_rms),
                                            quoted(r.structure.reason)};
    out.write("{}\n", fmt::join(cells, ","));
  }
  out.close();
}

void report_evaluation(const RunContext& context, const SetEvaluation& e) {
  Log& log = context.log;
  if (!log.enabled()) return;
  Table rates({"of all structures", "number", "%", "± error", "95 %"});
  Table means({"mean", "value", "± error", "95 %", "structures"});
  for (const auto& q : e.quantities) {
    const BootstrapEstimate& s = q.estimate;
    if (q.is_rate)
      rates.add({q.name, grouped(q.count), fmt::format("{:.2f}", 100.0 * s.value),
                 fmt::format("{:.2f}", 100.0 * s.error),
                 fmt::format("{:.2f} … {:.2f}", 100.0 * s.low, 100.0 * s.high)});
    else if (q.count > 0)
      means.add({q.unit.empty() ? q.name : fmt::format("{} ({})", q.name, q.unit), fmt::format("{:.4f}", s.value),
                 fmt::format("{:.4f}", s.error), fmt::format("{:.4f} … {:.4f}", s.low, s.high), grouped(q.count)});
  }
  log.line();
  log.line(rates.text());
  log.line();
  log.line(means.text());
  log.line();
  std::int64_t failed = 0, shown = 0;
  constexpr std::int64_t most_shown = 10;
  for (const EvaluationRow& row : e.rows) {
    if (row.good) continue;
    if (++failed > most_shown) continue;
    ++shown;
    log.print("  {} (number {}): {}", row.structure.name, row.structure.number, row.structure.reason);
  }
  if (failed > shown) log.print("  … and {} more that failed: /evaluation/reason tells of each", failed - shown);
  if (e.n_missing > 0)
    echo_line(log, "WARNING",
              fmt::format("{} structures have no energy above the hull, since it lacks {}: they count as not stable",
                          grouped(e.n_missing), e.missing));
}

}  // namespace spinel
