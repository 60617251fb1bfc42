#include "task/ising/ising_results.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "core/error.hpp"
#include "io/hdf_reader.hpp"
#include "run/result_common.hpp"
#include "task/ising/ising_run.hpp"
#include "task/ising/ising_text.hpp"

namespace spinel {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t points_between = 8, most_points = 400;  // of the reweighted curves

/// [temperature][replica]: every measurement is moved from the walker that made it to the temperature it was made at.
std::vector<std::vector<Series>> sort_by_temperature(const IsingPlan& plan, const IsingRecords& records) {
  std::vector<std::vector<Series>> series(plan.temperatures().size(),
                                          std::vector<Series>(static_cast<std::size_t>(plan.parameters().replicas)));
  for (const auto& record : records.records) {
    if (record.kind != IsingRecords::series) continue;
    const auto begin = records.numbers.begin() + record.at;
    const IsingSeries walker = IsingSeries::from_numbers({begin, begin + record.count});
    const auto replica = static_cast<std::size_t>(plan.jobs()[static_cast<std::size_t>(record.job)].replica);
    for (std::size_t k = 0; k < walker.values.size(); ++k) {
      Series& target = series[static_cast<std::size_t>(walker.temperature[k])][replica];
      for (const auto member : {&Series::energy, &Series::magnetization, &Series::order}) {
        auto& values = target.*member;
        if (values.size() <= k) values.resize(k + 1);
        values[k] = (walker.values.*member)[k];
      }
    }
  }
  for (auto& replicas : series)  // those of a run that was stopped may not have begun
    replicas.erase(std::remove_if(replicas.begin(), replicas.end(), [](const Series& s) { return s.size() == 0; }),
                   replicas.end());
  return series;
}

struct Quantity {
  const char* name;
  Estimate Observables::*value;
  Estimate ReweightedPoint::*reweighted;
  const char* unit;
  const char* description;
};
const Quantity quantities[] = {
    {"energy", &Observables::energy, &ReweightedPoint::energy, "|J|", "E/N"},
    {"magnetization", &Observables::magnetization, nullptr, "", "m, with its sign"},
    {"order", &Observables::order, &ReweightedPoint::order, "", "|o|; o is m, or staggered where J < 0"},
    {"order2", &Observables::order2, &ReweightedPoint::order2, "", "o²"},
    {"order4", &Observables::order4, nullptr, "", "o⁴"},
    {"specific_heat", &Observables::specific_heat, &ReweightedPoint::specific_heat, "k_B", "N(<e²> − <e>²)/T²"},
    {"susceptibility", &Observables::susceptibility, &ReweightedPoint::susceptibility, "1/|J|", "N(<o²> − <|o|>²)/T"},
    {"susceptibility_disordered", &Observables::susceptibility_disordered, &ReweightedPoint::susceptibility_disordered,
     "1/|J|", "N<o²>/T"},
    {"binder", &Observables::binder, &ReweightedPoint::binder, "", "U4 = 1 − <o⁴>/(3<o²>²)"}};

}  // namespace

IsingResults::IsingResults(const RunContext& context, const IsingPlan& plan, const RunFiles& files, bool complete)
    : context_(context), plan_(plan), file_(context.world, files.result), complete_(complete) {
  write_header(file_, context, complete);
  file_.write("/ising/coupling", plan.parameters().coupling, {"|J|", "J"});
  file_.write("/ising/field", plan.parameters().field, {"|J|", "h"});
  reweighting_.resize(plan.systems().size());
}

void IsingResults::write_estimates(const std::string& path, const std::vector<Estimate>& estimates,
                                   const DataLabel& label, const std::vector<std::int64_t>& dims) {
  std::vector<double> values, errors;
  for (const Estimate& e : estimates) values.push_back(e.value), errors.push_back(e.error);
  file_.write(path, std::move(values), label, dims);
  file_.write(path + "_error", std::move(errors), {label.unit, "standard error"}, dims);
}

void IsingResults::add(std::size_t system, const IsingRecords& records, IsingSamples* samples) {
  if (!context_.world.is_root()) return;
  const auto series = sort_by_temperature(plan_, records);
  add_observables(system, series);
  add_tempering(system, records);
  if (plan_.parameters().correlation) add_correlation(system, records);
  if (plan_.parameters().reweight && complete_ && series.size() > 1) add_reweighted(system, series);
  if (!plan_.parameters().series || samples == nullptr || !complete_) return;
  for (std::size_t t = 0; t < series.size(); ++t)
    for (std::size_t r = 0; r < series[t].size(); ++r) {
      const auto write = [&](const char* name, const std::vector<double>& values) {
        samples->write_series(system, static_cast<std::int64_t>(t), static_cast<std::int64_t>(r), name, values);
      };
      write("energy", series[t][r].energy);
      write("magnetization", series[t][r].magnetization);
      write("order", series[t][r].order);
    }
  samples->sync();
}

void IsingResults::add_observables(std::size_t system, const std::vector<std::vector<Series>>& series) {
  const IsingSystem& s = plan_.systems()[system];
  const std::string group = "/ising/" + s.name() + "/";
  std::vector<Observables> all;
  for (std::size_t t = 0; t < series.size(); ++t) {
    std::size_t n = 0;
    for (const Series& replica : series[t]) n += replica.size();
    Observables none;
    for (const Quantity& q : quantities) none.*q.value = {not_a_number, not_a_number};
    all.push_back(n < 2 ? none : analyze(series[t], plan_.temperatures()[t], s.n_spins()));
  }
  file_.write(group + "temperature", plan_.temperatures(), {"|J|/k_B", ""});
  file_.write(group + "size", std::vector<std::int64_t>{s.lx, s.ly}, {"", "Lx, Ly"});
  for (const Quantity& q : quantities) {
    std::vector<Estimate> values;
    for (const Observables& o : all) values.push_back(o.*q.value);
    write_estimates(group + q.name, values, {q.unit, q.description});
  }
  const auto every = static_cast<double>(plan_.parameters().measure_every);
  for (const auto& [name, member] : {std::pair{"tau_energy", &Observables::tau_energy},
                                     {"tau_order", &Observables::tau_order},
                                     {"tau_order2", &Observables::tau_order2}}) {
    std::vector<Estimate> tau;
    for (const Observables& o : all) tau.push_back({every * (o.*member).tau, every * (o.*member).tau_error});
    write_estimates(group + name, tau, {"sweeps", "integrated autocorrelation time"});
  }
  std::vector<std::int64_t> samples, bins, bin_size, reliable;
  for (const Observables& o : all) {
    samples.push_back(o.samples);
    bins.push_back(o.bins);
    bin_size.push_back(o.bin_size);
    reliable.push_back(o.reliable ? 1 : 0);
  }
  file_.write(group + "samples", samples, {"", "measurements"});
  file_.write(group + "bins", bins, {"", "jackknife bins"});
  file_.write(group + "bin_size", bin_size, {"", "measurements in a bin"});
  file_.write(group + "reliable", reliable, {"", "0: too short for its autocorrelation time, errors may be too small"});

  TextTable table({fmt::format("{} × {}: T", s.lx, s.ly), "E/N", "|order|", "specific heat", "susceptibility", "U4",
                   "τ(E)", "τ(order)", ""});
  for (std::size_t t = 0; t < all.size(); ++t) {
    const Observables& o = all[t];
    if (o.samples < 2) continue;
    table.add({fmt::format("{:.6g}", plan_.temperatures()[t]), uncertain_text(o.energy), uncertain_text(o.order),
               uncertain_text(o.specific_heat), uncertain_text(o.susceptibility), uncertain_text(o.binder),
               fmt::format("{:.3g}", every * o.tau_energy.tau), fmt::format("{:.3g}", every * o.tau_order.tau),
               o.reliable ? "" : "?"});
  }
  context_.log.line(table.text());
  if (std::any_of(all.begin(), all.end(), [](const Observables& o) { return !o.reliable && o.samples > 1; }))
    context_.log.line("  ?: the chains are short for their autocorrelation times, errors may be too small");
  context_.log.line();
}

void IsingResults::add_tempering(std::size_t system, const IsingRecords& records) {
  std::vector<double> acceptance;
  std::int64_t round_trips = 0;
  double replicas = 0.0;
  for (const auto& record : records.records) {
    if (record.kind != IsingRecords::tempering) continue;
    Tempering tempering(plan_.temperatures(), {});
    const auto begin = records.numbers.begin() + record.at;
    tempering.load({begin, begin + record.count});
    const auto of_this = tempering.acceptance();
    acceptance.resize(of_this.size(), 0.0);
    for (std::size_t k = 0; k < of_this.size(); ++k) acceptance[k] += of_this[k];
    round_trips += tempering.round_trips();
    replicas += 1.0;
  }
  if (acceptance.empty()) return;
  for (double& a : acceptance) a /= replicas;
  const auto [least, most] = std::minmax_element(acceptance.begin(), acceptance.end());
  context_.log.print("  exchanges accepted: {:.1f} % to {:.1f} %, {} round trips\n", 100.0 * *least, 100.0 * *most,
                     round_trips);
  const std::string group = "/ising/" + plan_.systems()[system].name() + "/tempering/";
  file_.write(group + "acceptance", acceptance, {"", "share of accepted exchanges of temperatures k and k + 1"});
  file_.write(group + "round_trips", round_trips, {"", "lowest to highest temperature and back, all walkers"});
}

void IsingResults::add_correlation(std::size_t system, const IsingRecords& records) {
  const IsingSystem& s = plan_.systems()[system];
  const auto n_t = static_cast<std::int64_t>(plan_.temperatures().size());
  std::vector<std::vector<CorrelationMeter>> meters(static_cast<std::size_t>(n_t));
  for (const auto& record : records.records) {
    if (record.kind != IsingRecords::correlation) continue;
    const auto t = static_cast<std::size_t>(plan_.jobs()[static_cast<std::size_t>(record.job)].first_temperature);
    const auto begin = records.numbers.begin() + record.at;
    meters[t].emplace_back(s.lx, s.ly, plan_.parameters().coupling);
    meters[t].back().load({begin, begin + record.count});
  }
  const std::int64_t r_max = CorrelationMeter(s.lx, s.ly, plan_.parameters().coupling).r_max();
  std::vector<Estimate> g, g0, second_moment, exponential;
  const Estimate none = {not_a_number, not_a_number};
  for (const auto& of_temperature : meters) {
    std::vector<const CorrelationMeter*> pointers;
    for (const CorrelationMeter& meter : of_temperature) pointers.push_back(&meter);
    CorrelationEstimate e;
    e.g.assign(static_cast<std::size_t>(r_max), none);
    e.g0.assign(static_cast<std::size_t>(r_max) + 1, none);
    e.xi_second_moment = e.xi_exponential = none;
    if (!pointers.empty() && complete_) e = CorrelationMeter::estimate(pointers);
    g.insert(g.end(), e.g.begin(), e.g.end());
    g0.insert(g0.end(), e.g0.begin(), e.g0.end());
    second_moment.push_back(e.xi_second_moment);
    exponential.push_back(e.xi_exponential);
  }
  const std::string group = "/ising/" + s.name() + "/correlation/";
  std::vector<std::int64_t> distance;
  for (std::int64_t r = 0; r <= r_max; ++r) distance.push_back(r);
  file_.write(group + "distance", distance, {"sites", "of g0; g begins with 1"});
  write_estimates(group + "g", g, {"", "<s(0) s(r)>, [temperature][r − 1]"}, {n_t, r_max});
  write_estimates(group + "g0", g0, {"", "zero-momentum correlation, [temperature][r]"}, {n_t, r_max + 1});
  write_estimates(group + "length_second_moment", second_moment, {"sites", "correlation length"});
  write_estimates(group + "length_exponential", exponential, {"sites", "correlation length, T > T_c"});
}

void IsingResults::add_reweighted(std::size_t system, const std::vector<std::vector<Series>>& series) {
  const IsingSystem& s = plan_.systems()[system];
  try {
    reweighting_[system] = std::make_unique<Reweighting>(plan_.temperatures(), series, s.n_spins());
  } catch (const Error& error) {
    context_.log.print("  no reweighting for {} × {}: {}\n", s.lx, s.ly, error.what());
    return;
  }
  const auto intervals = static_cast<std::int64_t>(series.size()) - 1;
  const std::int64_t n = std::min(most_points, intervals * points_between);
  const double low = plan_.temperatures().front(), high = plan_.temperatures().back();
  std::vector<double> temperatures;
  for (std::int64_t k = 0; k <= n; ++k)
    temperatures.push_back(k == n ? high : low + (high - low) * static_cast<double>(k) / static_cast<double>(n));
  std::vector<ReweightedPoint> points;
  for (const double t : temperatures) points.push_back(reweighting_[system]->at(t));
  const std::string group = "/ising/" + s.name() + "/reweighted/";
  file_.write(group + "temperature", temperatures, {"|J|/k_B", ""});
  for (const Quantity& q : quantities) {
    if (q.reweighted == nullptr) continue;
    std::vector<Estimate> values;
    for (const auto& point : points) values.push_back(point.*q.reweighted);
    write_estimates(group + q.name, values, {q.unit, q.description});
  }
  std::vector<double> effective;
  for (const auto& point : points) effective.push_back(point.effective_samples);
  file_.write(group + "effective_samples", effective, {"", "measurements that carry the value"});
}

void IsingResults::add_crossings() {
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < reweighting_.size(); ++k)
    if (reweighting_[k]) order.push_back(k);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return plan_.systems()[a].lx < plan_.systems()[b].lx; });
  std::vector<std::int64_t> sizes;
  std::vector<Estimate> temperature, binder;
  TextTable table({"crossing of U4", "T", "U4"});
  for (std::size_t k = 0; k + 1 < order.size(); ++k) {
    const auto crossing = binder_crossing(*reweighting_[order[k]], *reweighting_[order[k + 1]]);
    if (!crossing.found) continue;
    const std::int64_t small = plan_.systems()[order[k]].lx, large = plan_.systems()[order[k + 1]].lx;
    sizes.insert(sizes.end(), {small, large});
    temperature.push_back(crossing.temperature);
    binder.push_back(crossing.binder);
    table.add({fmt::format("{} and {}", small, large), uncertain_text(crossing.temperature),
               uncertain_text(crossing.binder)});
  }
  if (temperature.empty()) return;
  const auto n = static_cast<std::int64_t>(temperature.size());
  file_.write("/ising/crossings/size", sizes, {"", "L of the two lattices"}, {n, 2});
  write_estimates("/ising/crossings/temperature", temperature, {"|J|/k_B", "where their U4 are equal"});
  write_estimates("/ising/crossings/binder", binder, {"", "U4 there"});
  context_.log.line(table.text());
  context_.log.line();
}

void IsingResults::write(const IsingPerformance& performance) {
  if (context_.world.is_root()) add_crossings();
  file_.write("/timing/wall", performance.seconds, {"s", "wall time of the sweeps of this part of the run"});
  file_.write("/timing/spin_updates", performance.spin_updates, {"", "attempted in this part of the run"});
  file_.write("/timing/updates_per_second", performance.spin_updates / std::max(performance.seconds, 1e-9),
              {"1/s", "all ranks together"});
  file_.write("/timing/memory_per_rank", performance.memory, {"B", "resident, peak, largest over ranks"});
  file_.save();
}

bool ising_results_are_complete(const RunFiles& files) {
  if (!std::filesystem::exists(files.result)) return false;
  try {
    return HdfReader(files.result).attribute("/", "complete") == "yes";
  } catch (const Error&) {
    return false;
  }
}

}  // namespace spinel
