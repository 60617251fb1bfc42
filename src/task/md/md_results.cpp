#include "task/md/md_results.hpp"

#include <cmath>

#include "parallel/on_root.hpp"

namespace spinel {

namespace {

/// Reported units of the averages: pressures in GPa.
double reported(const std::string& name, double value, const UnitSystem& units) {
  return name.rfind("pressure", 0) == 0 ? value * units.pressure_to_output : value;
}

std::string unit_of(const std::string& name, const UnitSystem& units) {
  if (name.rfind("pressure", 0) == 0) return units.pressure;
  if (name == "temperature") return units.temperature;
  if (name == "volume") return units.length + "³";
  return units.energy;
}

std::string diffusion_unit(const UnitSystem& units) { return units.length + "²/" + units.reported_time; }

void write_series(ResultFile& file, const RunContext& context, const ThermoSeries& series) {
  file.write("/thermo/step", series.steps(), {"", "time step"});
  for (const auto& column : series.columns()) file.write("/thermo/" + column.name, column.values, {column.unit, ""});
  const auto& input = context.input;
  file.write(
      "/thermo_start",
      static_cast<double>(input.analysis.equilibration_steps) * input.dynamics.timestep * context.units.time_to_output,
      {context.units.reported_time, "time from which on averages count"});
}

void write_averages(ResultFile& file, const UnitSystem& units, const RunAverages& averages) {
  for (const auto& [name, estimate] : averages.quantities()) {
    const std::string group = "/averages/" + name, unit = unit_of(name, units);
    file.write(group + "/mean", reported(name, estimate.mean, units), {unit, ""});
    file.write(group + "/error", reported(name, estimate.error, units), {unit, "standard error, from block averages"});
    file.write(group + "/inefficiency", estimate.inefficiency, {"", "correlated samples that count as one"});
    file.write(group + "/samples", estimate.samples, {"", ""});
  }
  if (averages.samples() < 2) return;
  file.write("/averages/conserved/slope", averages.conserved_slope() / units.time_to_output,
             {units.energy + "/" + units.reported_time, "drift of the conserved quantity"});
  file.write("/averages/conserved/fluctuation", averages.conserved_fluctuation(), {units.energy, "about that line"});
}

void write_rdf(ResultFile& file, const UnitSystem& units, const LocalAtoms& atoms, const RadialDistribution& rdf) {
  const auto result = rdf.result();
  if (result.samples == 0) return;
  file.write("/rdf/distance", result.r, {units.length, "middle of the shell"});
  for (std::size_t p = 0; p < result.pairs.size(); ++p) {
    const auto [a, b] = result.pairs[p];
    const std::string name =
        atoms.species[static_cast<std::size_t>(a)].symbol + "-" + atoms.species[static_cast<std::size_t>(b)].symbol;
    file.write("/rdf/" + name, result.g[p], {"", "radial distribution function"});
    file.write("/rdf/coordination/" + name, result.coordination[p], {"", "neighbors up to the shell's outer radius"});
  }
  file.write("/rdf/samples", result.samples, {"", "configurations"});
}

/// A time correlation summed over directions; `scale` takes its values and `diffusion_scale` those of D to reported
/// units.
void write_correlation(ResultFile& file, const UnitSystem& units, const LocalAtoms& atoms, const std::string& group,
                       const Correlation& result, double scale, const std::string& unit,
                       const std::string& description) {
  if (result.time.empty()) return;
  std::vector<double> time = result.time;
  for (double& t : time) t *= units.time_to_output;
  file.write(group + "/time", time, {units.reported_time, "since the time origin"});
  file.write(group + "/windows", result.samples, {"", "time origins that reached this lag"});
  // With one species "all" would repeat it.
  const std::size_t n_groups = atoms.species.size() == 1 ? 1 : result.value.size();
  for (std::size_t g = 0; g < n_groups; ++g) {
    const std::string name = species_name(atoms.species, g);
    std::vector<double> total, components;
    for (const Vec3& v : result.value[g]) {
      total.push_back(scale * v.sum());
      for (int k = 0; k < 3; ++k) components.push_back(scale * v[k]);
    }
    const auto n = static_cast<std::int64_t>(total.size());
    file.write(group + "/" + name, std::move(total), {unit, description});
    file.write(group + "/components/" + name, std::move(components), {unit, "along x, y, z"}, {n, 3});
    const Diffusion& d = result.diffusion[g];
    file.write(group + "/diffusion/" + name, d.value / units.time_to_output,
               {diffusion_unit(units), "diffusion coefficient"});
    file.write(group + "/diffusion_error/" + name, d.error / units.time_to_output,
               {diffusion_unit(units), "standard error over windows; NaN: fewer than two"});
  }
}

}  // namespace

void write_md_results(const RunContext& context, const RunFiles& files, const ThermoSeries& series,
                      const CommitteeWatch* watch, const Analysis& analysis, MolecularDynamics& md,
                      const std::optional<Performance>& performance, bool complete) {
  const UnitSystem& units = context.units;
  const LocalAtoms& atoms = md.force_field().atoms();
  ResultFile file(context.world, files.result);
  write_header(file, context, atoms, complete);
  file.set_attribute("/", "last_step", fmt::format("{}", md.current_step()));
  write_series(file, context, series);
  if (watch != nullptr) watch->write(file);
  write_averages(file, units, analysis.averages());
  if (analysis.rdf()) write_rdf(file, units, atoms, *analysis.rdf());
  const double t = units.time_to_output;
  if (analysis.msd())
    write_correlation(file, units, atoms, "/msd", analysis.msd()->result(), 1.0, units.length + "²",
                      "mean square displacement");
  if (analysis.vacf())
    write_correlation(file, units, atoms, "/vacf", analysis.vacf()->result(), 1.0 / (t * t),
                      "(" + units.length + "/" + units.reported_time + ")²", "velocity autocorrelation");
  if (performance) write_performance(file, units, *performance);
  file.save();
}

std::vector<TrajectoryObservable> trajectory_observables(const UnitSystem& units) {
  const auto unit = [&](const char* name) { return std::string(units.name == "lj" ? "" : name); };
  return {{"temperature", unit("K")},   {"potential_energy", unit("eV")}, {"kinetic_energy", unit("eV")},
          {"total_energy", unit("eV")}, {"conserved", unit("eV")},        {"pressure", unit("GPa")}};
}

std::vector<double> trajectory_observables(const UnitSystem& units, const Observation& now) {
  return {now.temperature,  now.potential_energy, now.kinetic_energy,
          now.total_energy, now.conserved,        now.pressure * units.pressure_to_output};
}

std::string describe_dynamics(const RunContext& context, const MolecularDynamics& md) {
  const auto& p = context.input.dynamics;
  const auto& u = context.units;
  const auto ramp = [](double from, double to, const std::string& unit) {
    return from == to ? fmt::format("{:g} {}", from, unit) : fmt::format("{:g} to {:g} {}", from, to, unit);
  };
  std::string text = p.ensemble;
  if (p.ensemble != "nve")
    text +=
        fmt::format(", {} at {} ({:g} {})", p.thermostat,
                    ramp(p.temperature, p.temperature_end >= 0.0 ? p.temperature_end : p.temperature, u.temperature),
                    p.thermostat_time, u.time);
  if (p.ensemble == "npt")
    text += fmt::format(", {} barostat at {} ({:g} {})", p.coupling,
                        ramp(p.pressure, p.pressure_ramp ? p.pressure_end : p.pressure, u.pressure), p.barostat_time,
                        u.time);
  return text + fmt::format(", timestep {:g} {}, {} steps, {:.0f} degrees of freedom", p.timestep, u.time, p.steps,
                            md.degrees_of_freedom().count());
}

void report_averages(const RunContext& context, const Analysis& analysis, MolecularDynamics& md) {
  const UnitSystem& u = context.units;
  Log& log = context.log;
  const RunAverages& averages = analysis.averages();
  const auto n = static_cast<double>(md.force_field().atoms().n_global);
  if (averages.samples() > 1) {
    TextTable table({fmt::format("mean of {} rows", averages.samples()), "value", "± error", "unit"});
    for (const auto& [name, estimate] : averages.quantities()) {
      if (name.find('_') != std::string::npos && name.find("energy") == std::string::npos) continue;  // the tensor
      const bool energy = name.find("energy") != std::string::npos;
      const double scale = energy ? 1.0 / n : 1.0;
      table.add({name, fmt::format("{:.7g}", reported(name, estimate.mean, u) * scale),
                 fmt::format("{:.2g}{}", reported(name, estimate.error, u) * scale, estimate.converged ? "" : " ?"),
                 unit_of(name, u) + (energy ? "/atom" : "")});
    }
    log.line();
    log.line(table.text());
    log.print("  The conserved quantity drifts by {:.2g} {}/atom/{} and fluctuates by {:.2g} {}/atom",
              averages.conserved_slope() / u.time_to_output / n, u.energy, u.reported_time,
              averages.conserved_fluctuation() / n, u.energy);
  }
  const auto report_diffusion = [&](const char* source, const Correlation& result) {
    const auto& species = md.force_field().atoms().species;
    for (std::size_t g = 0; g < species.size() && g < result.diffusion.size(); ++g) {
      const Diffusion& d = result.diffusion[g];
      const std::string error = std::isfinite(d.error) ? fmt::format(" ± {:.2g}", d.error / u.time_to_output) : "";
      log.print("  Diffusion of {} from the {}: {:.4g}{} {}", species[g].symbol, source, d.value / u.time_to_output,
                error, diffusion_unit(u));
    }
  };
  if (analysis.msd()) report_diffusion("mean square displacement", analysis.msd()->result());
  if (analysis.vacf()) report_diffusion("velocity autocorrelation", analysis.vacf()->result());
}

}  // namespace spinel
