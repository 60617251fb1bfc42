#include "task/phase/phase.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include "core/memory.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "input/schema.hpp"
#include "io/result_file.hpp"
#include "ising/transition/phase_transition.hpp"
#include "parallel/on_root.hpp"
#include "run/result_common.hpp"
#include "run/run_files.hpp"
#include "run/run_report.hpp"
#include "run/setup/find_file.hpp"
#include "task/ising/ising_text.hpp"
#include "task/phase/phase_curves.hpp"
#include "task/phase/phase_data.hpp"

namespace spinel {

namespace {

void write_estimates(ResultFile& file, const std::string& path, const std::vector<Estimate>& estimates,
                     const DataLabel& label) {
  std::vector<double> values, errors;
  for (const Estimate& e : estimates) values.push_back(e.value), errors.push_back(e.error);
  file.write(path, std::move(values), label);
  file.write(path + "_error", std::move(errors), {label.unit, "standard error, bootstrap"});
}

/// x·v₁ of all configurations on rank 0: the projection of spins that are not centered, so that data with more spins up
/// than down have the same order parameter.
std::vector<double> first_projection(const PrincipalComponents& pca, const Communicator& world) {
  const double offset = std::inner_product(pca.mean.begin(), pca.mean.end(), pca.components.begin(), 0.0);
  std::vector<double> own;
  const auto kept = static_cast<std::size_t>(pca.n_components);
  for (std::size_t k = 0; k < pca.projections.size(); k += kept) own.push_back(pca.projections[k] + offset);
  return world.gather(own);
}

std::optional<PhaseTransition> find_transition(const RunContext& context, const PhaseData& data,
                                               const PrincipalComponents& pca) {
  const auto first = first_projection(pca, context.world);
  if (!context.world.is_root()) return std::nullopt;
  std::vector<std::vector<double>> of_temperature(data.temperatures().size());
  for (std::size_t k = 0; k < first.size(); ++k)
    of_temperature[static_cast<std::size_t>(data.temperature_of()[k])].push_back(first[k]);
  try {
    return phase_transition(data.temperatures(), of_temperature, data.n_spins(), context.input.phase.bootstrap,
                            static_cast<std::uint64_t>(context.input.control.seed));
  } catch (const Error& error) {
    context.log.print("  no transition: {}", error.what());
    return std::nullopt;
  }
}

void report(Log& log, const PhaseData& data, const PrincipalComponents& pca,
            const std::optional<PhaseTransition>& transition) {
  std::string ratios;
  for (std::size_t k = 0; k < std::min<std::size_t>(pca.variances.size(), 6); ++k)
    ratios += fmt::format("{}{:.4f}", k > 0 ? ", " : "", pca.variances[k] / pca.total_variance);
  echo_line(log, "variance", "explained by the first components: " + ratios);
  if (!transition) return;
  TextTable table({"T", "<|p1|>/√N", "<p1²>/N", "fluctuation"});
  for (std::size_t t = 0; t < data.temperatures().size(); ++t)
    table.add({fmt::format("{:.6g}", data.temperatures()[t]), uncertain_text(transition->order[t]),
               uncertain_text(transition->order2[t]), uncertain_text(transition->fluctuation[t])});
  log.line();
  log.line(table.text());
  log.line();
  if (transition->found == 0.0) {
    log.line("  no transition within these temperatures");
    return;
  }
  echo_line(log, "transition", fmt::format("T = {} where <p1²> falls steepest", uncertain_text(transition->steepest)));
  echo_line(log, "",
            fmt::format("T = {} where the fluctuation peaks (both lie above T_c by some 1/L)",
                        uncertain_text(transition->peak)));
  if (transition->found < 0.95)
    log.print("  WARNING: only {:.0f} % of the resamples show a transition", 100.0 * transition->found);
}

void write(ResultFile& file, const Communicator& world, const std::string& size, const PhaseData& data,
           const PrincipalComponents& pca, const std::optional<PhaseTransition>& transition) {
  const std::string group = "/phase/" + size + "/";
  const std::int64_t kept = pca.n_components;
  std::vector<double> ratios;
  for (const double variance : pca.variances) ratios.push_back(variance / pca.total_variance);
  const auto projections = world.gather(pca.projections);
  std::vector<double> temperature_of;
  for (const std::int64_t t : data.temperature_of())
    temperature_of.push_back(data.temperatures()[static_cast<std::size_t>(t)]);
  file.write(group + "explained_variance", pca.variances, {"", "eigenvalues of the covariance matrix of the spins ±1"});
  file.write(group + "explained_variance_ratio", ratios, {"", "the same over their sum"});
  file.write(group + "mean", pca.mean, {"", "mean configuration, [y][x]"}, {data.ly(), data.lx()});
  file.write(group + "components", pca.components, {"", "principal components, [component][y][x], of unit length"},
             {kept, data.ly(), data.lx()});
  if (world.is_root())
    file.write(group + "projections", projections, {"", "of the centered configurations, [configuration][component]"},
               {data.n_configurations(), kept});
  file.write(group + "projection_temperature", temperature_of, {"|J|/k_B", "of each configuration"});
  if (!transition) return;
  file.write(group + "temperature", data.temperatures(), {"|J|/k_B", ""});
  write_estimates(file, group + "order", transition->order,
                  {"", "<|p1|>/√N, p1 the projection of the spins as they are"});
  write_estimates(file, group + "order2", transition->order2, {"", "<p1²>/N"});
  write_estimates(file, group + "fluctuation", transition->fluctuation, {"", "<p1²> − <|p1|>²"});
  if (transition->found == 0.0) return;
  const auto write_one = [&](const char* name, const Estimate& e, const char* what) {
    file.write(group + "transition/" + name, e.value, {"|J|/k_B", what});
    file.write(group + "transition/" + name + "_error", e.error, {"|J|/k_B", "standard error, bootstrap"});
  };
  write_one("temperature", transition->steepest, "where <p1²> falls steepest: the estimate of T_c");
  write_one("fluctuation_peak", transition->peak, "where the fluctuation peaks");
  file.write(group + "transition/found", transition->found, {"", "share of the resamples that show it"});
}

/// Collective.
std::vector<std::string> find_phase_files(const RunContext& context) {
  return find_files(context.place("phase"), "files", context.input.phase.files, context.world);
}

/// What it took, written and reported; saves the file.
void finish(const RunContext& context, ResultFile& file, double seconds) {
  const double peak = context.world.max(static_cast<double>(memory_use().peak));
  file.write("/timing/wall", seconds, {"s", ""});
  file.write("/timing/memory_per_rank", peak, {"B", "resident, peak, largest over ranks"});
  file.save();
  echo_line(context.log, "time", human_duration(seconds));
  echo_line(context.log, "memory", fmt::format("at most {} a rank", human_bytes(peak)));
}

bool run_components(const RunContext& context) {
  const auto& [world, input, units, log] = context;
  const RunFiles files(context);
  const auto sources = find_phase_files(context);
  std::vector<std::string> sizes;
  try {
    sizes = PhaseData::sizes(sources, world);
  } catch (const InputError& error) {
    fail_key(input, "phase", "files", error.what());
  }
  on_root(world, [&] {
    files.make_folder();
    files.keep_old();
  });
  ResultFile file(world, files.result);
  write_header(file, context, true);
  file.set_attribute("/phase", "method", "pca");
  const double start = Progress::steady_seconds();
  for (const std::string& size : sizes) {
    const PhaseData data(sources, size, world);
    const std::int64_t n = std::min(data.n_configurations(), data.n_spins());
    echo_line(log, size,
              fmt::format("{} configurations of {} spins at {} temperatures", data.n_configurations(), data.n_spins(),
                          data.temperatures().size()));
    echo_line(log, "matrix",
              fmt::format("{} of {} × {}, {} a rank with its eigenvectors and workspace",
                          data.n_spins() <= data.n_configurations() ? "covariance" : "Gram", n, n,
                          human_bytes(4.0 * 8.0 * static_cast<double>(n) * static_cast<double>(n) / world.size())));
    const auto pca = principal_components(world, data.rows(), input.phase.components);
    const auto transition = find_transition(context, data, pca);
    report(log, data, pca, transition);
    write(file, world, size, data, pca, transition);
    log.line();
  }
  finish(context, file, Progress::steady_seconds() - start);
  log.print("\nComplete: {}", files.result);
  return true;
}

/// Methods cnn and confusion.
bool run_networks(const RunContext& context) {
  const auto& [world, input, units, log] = context;
  const PhasePlan plan(context);
  PhaseStudy study(context, plan);
  const bool complete = study.run();
  ResultFile file(world, study.files().result);
  write_header(file, context, complete);
  on_root(world, [&] { report_phase_curves(context, plan, study, file); });
  file.write("/timing/shown_per_second", study.shown_per_second(),
             {"1/s", "configurations shown in training; 0: all networks were trained before"});
  if (study.shown_per_second() > 0.0)
    echo_line(log, "training", fmt::format("{:.0f} configurations/s", study.shown_per_second()));
  finish(context, file, study.seconds());
  report_end(context, study.files().result, complete, study.stop_reason(), static_cast<std::int64_t>(study.n_done()),
             static_cast<std::int64_t>(plan.jobs().size()), "networks");
  return complete;
}

}  // namespace

void check_phase(const RunContext& context) {
  find_phase_files(context);
  if (context.input.phase.method != "pca") PhasePlan{context};
}

bool run_phase(const RunContext& context) {
  find_phase_files(context);
  report_start(context);
  return context.input.phase.method == "pca" ? run_components(context) : run_networks(context);
}

}  // namespace spinel
