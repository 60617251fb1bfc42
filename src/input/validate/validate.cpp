#include <algorithm>
#include <set>

#include "input/validate/check.hpp"

namespace spinel {

namespace {

bool is_file_name(const std::string& name) {
  return name.find('/') == std::string::npos && name != "." && name != "..";
}

void check_control(const Input& input) {
  const auto& p = input.control;
  const Check check(input, "control");
  check(p.prefix.empty() || !is_file_name(p.prefix), "prefix",
        "'{}' cannot begin the name of a file; folders go into outdir", p.prefix);
  check(p.outdir.empty(), "outdir", "must not be empty; '.' is the current folder");
}

void check_structure(const Input& input) {
  const auto& p = input.structure;
  const Check check(input, "structure");
  check(p.file.empty() && p.prototype.empty(), "file", "missing: either file or prototype is required");
  check(!p.file.empty() && !p.prototype.empty(), "prototype", "file and prototype exclude each other");
  if (p.prototype.empty()) {
    for (const auto& [key, value] : {std::pair{"a", p.a}, {"b", p.b}, {"c", p.c}})
      check(value != 0.0, key, "goes with a prototype, not with a file");
  } else {
    check(p.species.empty(), "species", "missing: a prototype needs the species of its sites");
    check(p.a == 0.0, "a", "missing: a prototype needs its lattice constant");
    check(p.frame != -1, "frame", "goes with a file, not with a prototype");
  }
  const std::string& calculation = input.control.calculation;
  check(p.all && calculation != "energy" && calculation != "relax", "all",
        "many structures go with calculation = 'energy' or 'relax', not with '{}'", calculation);
  check_type_map(check, p);
  check(p.all && p.file.empty(), "all", "goes with a file, not with a prototype");
  check(p.all && p.frame != -1, "frame", "one frame is asked for, but all = .true. takes all");
  check(has_empty(p.species), "species", "a species must not be empty");
  check(p.mass_species.size() != p.masses.size(), "masses", "{} given for {} in mass_species", p.masses.size(),
        p.mass_species.size());
  const auto twice = repeated(p.mass_species);
  check(!twice.empty(), "mass_species", "'{}' is listed twice", twice);
}

void check_relax(const Input& input) {
  const auto& p = input.relax;
  const Check check(input, "relax");
  const bool strains = p.cell != "fixed";
  const auto n_fixed = std::count(p.fixed_axes.begin(), p.fixed_axes.end(), true);
  check(!strains && n_fixed > 0, "fixed_axes", "needs a cell that relaxes; cell is 'fixed'");
  check(n_fixed == 3, "fixed_axes", "all three leave nothing of the cell to relax; use cell = 'fixed'");
  check(p.cell == "isotropic" && n_fixed > 0, "fixed_axes", "cannot be held with cell = 'isotropic'; use 'full'");
  check(!strains && p.pressure != 0.0, "pressure", "needs a cell that relaxes; cell is 'fixed'");
  check(p.cell == "fixed_volume" && p.pressure != 0.0, "pressure", "does nothing at constant volume");
  check(input.structure.all && !p.fixed_ids.empty(), "fixed_ids",
        "names atoms of one structure, but all = .true. takes many; use fixed_species, or move_mask in the file");
  check(has_empty(p.fixed_species), "fixed_species", "a species must not be empty");
  if (input.control.calculation != "md") return;
  for (const auto& [key, given] : {std::pair{"fixed_ids", !p.fixed_ids.empty()},
                                   {"fixed_species", !p.fixed_species.empty()},
                                   {"keep_symmetry", p.keep_symmetry}})
    check(given, key, "does not go with calculation = 'md'; atoms that &dynamics fixes are fixed from the start");
}

void check_dynamics(const Input& input) {
  const auto& p = input.dynamics;
  const Check check(input, "dynamics");
  const bool thermostat = p.ensemble != "nve", barostat = p.ensemble == "npt";
  check(!thermostat && p.temperature_end >= 0.0, "temperature_end", "needs ensemble = 'nvt' or 'npt'");
  if (thermostat) {
    const bool positive = barostat || p.thermostat == "nose_hoover";
    const std::string who = barostat ? "ensemble = 'npt'" : "thermostat = 'nose_hoover'";
    check(positive && p.temperature == 0.0, "temperature", "must be above 0 with {}", who);
    check(positive && p.temperature_end == 0.0, "temperature_end", "must be above 0 with {}", who);
    check(p.thermostat_time <= p.timestep, "thermostat_time", "{} is not longer than the timestep {}",
          p.thermostat_time, p.timestep);
  }
  check(!barostat && p.pressure_ramp, "pressure_ramp", "needs ensemble = 'npt'");
  check(!p.pressure_ramp && p.pressure_end != 0.0 && p.pressure_end != p.pressure, "pressure_end",
        "needs pressure_ramp = .true.");
  check(barostat && p.barostat_time <= p.timestep, "barostat_time", "{} is not longer than the timestep {}",
        p.barostat_time, p.timestep);
  for (const auto& [key, given] :
       {std::pair{"fixed_ids", !p.fixed_ids.empty()}, {"fixed_species", !p.fixed_species.empty()}})
    check(barostat && given, key, "atoms cannot be held in place while the cell changes; use ensemble = 'nvt'");
  check(has_empty(p.fixed_species), "fixed_species", "a species must not be empty");
}

void check_neighbor(const Input& input) {
  const auto& p = input.neighbor;
  const Check check(input, "neighbor");
  check(p.rebuild_every == 0 && !p.check_displacement, "check_displacement",
        "without it rebuild_every must be given, or lists would never be rebuilt");
}

void check_output(const Input& input) {
  const auto& p = input.output;
  const Check check(input, "output");
  const auto twice = repeated(p.trajectory_fields);
  check(!twice.empty(), "trajectory_fields", "'{}' is listed twice", twice);
  check(!is_file_name(p.final_structure), "final_structure", "'{}' is not a file name; the folder is outdir",
        p.final_structure);
  const std::string& calculation = input.control.calculation;
  check((calculation == "energy" || calculation == "relax") && input.structure.all && !p.final_structure.empty(),
        "final_structure", "goes with one structure; with all = .true. every structure is written to <prefix>_{}.xyz",
        calculation == "relax" ? "relaxed" : "evaluated");
}

void check_analysis(const Input& input) {
  const auto& p = input.analysis;
  const Check check(input, "analysis");
  const bool measures = p.rdf_every > 0 || p.msd_every > 0 || p.vacf_every > 0;
  check(measures && p.equilibration_steps >= input.dynamics.steps && p.equilibration_steps > 0, "equilibration_steps",
        "{} leaves nothing of the {} steps to measure", p.equilibration_steps, input.dynamics.steps);
  // A window of 0 is one origin for the whole run, and a multiple of anything.
  check(p.msd_every > 0 && p.msd_window % p.msd_every != 0, "msd_window", "{} is not a multiple of msd_every = {}",
        p.msd_window, p.msd_every);
  check(p.vacf_every > 0 && p.vacf_window % p.vacf_every != 0, "vacf_window", "{} is not a multiple of vacf_every = {}",
        p.vacf_window, p.vacf_every);
}

/// Calculations of one structure, which all ranks share.
void check_parallel(const Input& input) {
  const std::string& calculation = input.control.calculation;
  const Check check(input, "parallel");
  const bool one = calculation == "md" || ((calculation == "energy" || calculation == "relax") && !input.structure.all);
  check(one && input.parallel.pools > 1, "pools", "{} runs one structure on all ranks; pools must be 1",
        calculation == "md" ? "calculation = 'md'" : "without all = .true. in &structure, '" + calculation + "'");
}

}  // namespace

void validate(const Input& input) {
  const auto uses = [&](const char* group) { return find_group(group)->used_in(input); };
  check_control(input);
  if (uses("structure")) check_structure(input);
  if (uses("potential")) check_potential_keys(input);
  if (uses("oracle")) check_oracle_keys(input);
  if (uses("serve")) check_serve_keys(input);
  if (uses("dynamics")) check_dynamics(input);
  if (uses("relax")) check_relax(input);
  if (uses("ising")) check_ising(input);
  if (uses("phase")) check_phase(input);
  if (uses("hull")) check_hull_keys(input);
  if (uses("dataset")) check_dataset(input);
  if (uses("convert")) check_convert(input);
  if (uses("query")) check_query_keys(input);
  if (uses("model")) check_model_keys(input);
  if (uses("train")) check_train_keys(input);
  if (uses("predict")) check_predict_keys(input);
  if (uses("generate")) check_generate_keys(input);
  if (uses("vectors")) check_vectors(input);
  if (uses("likelihood")) check_likelihood_keys(input);
  if (uses("encode")) check_encode_keys(input);
  if (uses("propose")) check_propose_keys(input);
  if (uses("evaluate")) check_evaluate_keys(input);
  if (uses("measures")) check_measures_keys(input);
  if (uses("discover")) check_discover_keys(input);
  if (uses("optimize")) check_optimize_keys(input);
  if (uses("neighbor")) check_neighbor(input);
  if (uses("parallel")) check_parallel(input);
  if (uses("output")) check_output(input);
  if (uses("analysis")) check_analysis(input);
}

}  // namespace spinel
