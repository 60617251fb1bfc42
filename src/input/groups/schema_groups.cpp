#include "input/groups/group_builder.hpp"

namespace spinel {

namespace {

void add_control(std::vector<Group>& groups) {
  using P = ControlParameters;
  GroupBuilder<P> g(groups, "control", &Input::control,
                    "Calculation, output files and end of a run. Each &control of an input begins a calculation, and "
                    "they run one after the other (doc/sequences.md).");
  g.key("calculation", &P::calculation, "calculation to run; spinel --help lists them").required();
  g.key("title", &P::title, "free text, kept in the result file").if_empty("none").may_change_silently();
  g.key("prefix", &P::prefix, "beginning of the names of output files: <prefix>.h5, <prefix>.h5md, <prefix>.restart.h5")
      .may_change_silently();
  g.key("outdir", &P::outdir, "folder of the output files, made where it does not exist").may_change_silently();
  g.key("units", &P::units, "unit system: 'metal' with Å, eV, fs, amu, K, GPa; 'lj' with reduced Lennard-Jones units")
      .one_of({"metal", "lj"});
  g.key("restart_mode", &P::restart_mode,
        "beginning of the run: 'restart' continues from the checkpoint in outdir, 'auto' does so where there is one, "
        "'from_scratch' begins anew")
      .one_of({"from_scratch", "restart", "auto"})
      .may_change_silently();
  g.key("seed", &P::seed, "seed of every random number; the same seed gives the same run")
      .at_least(0)
      .may_change_unless({"train", "phase", "propose", "optimize", "discover"});
  g.key("max_seconds", &P::max_seconds,
        "wall time after which the run writes a checkpoint and ends cleanly, for batch systems with a time limit")
      .in("s")
      .above(0)
      .unless(0, "no limit")
      .may_change_silently();
}

void add_structure(std::vector<Group>& groups) {
  using P = StructureParameters;
  GroupBuilder<P> g(groups, "structure", &Input::structure,
                    "The atoms: from a file, or from a prototype with species and lattice constants.",
                    {"energy", "md", "relax", "evaluate", "properties", "serve", "train"});
  g.optional_for({"train"});
  g.key("file", &P::file, "structure file of a kind in doc/formats.md (each also .gz)").if_empty("none");
  g.key("frame", &P::frame, "structure of a file with many, counted from 0").at_least(0).unless(-1, "the last");
  g.key("all", &P::all,
        "many structures: all of the list that `file` names, a file or folder of any kind in doc/datasets.md")
      .only_for({"energy", "relax"});
  add_read_keys(g);
  g.key("prototype", &P::prototype, "crystal structure by name: fcc, bcc, hcp, diamond, rocksalt, …").if_empty("none");
  g.key("species", &P::species, "species of the prototype's sites, in its order; or those of a POSCAR without symbols")
      .length(1, 118)
      .if_empty("none");
  g.key("a", &P::a, "lattice constant of the prototype's conventional cell; required with a prototype")
      .in(&UnitSystem::length)
      .above(0)
      .unless(0, "not given");
  g.key("b", &P::b, "second lattice constant of the prototype's conventional cell")
      .in(&UnitSystem::length)
      .above(0)
      .unless(0, "as the prototype has it");
  g.key("c", &P::c, "third lattice constant of the prototype's conventional cell")
      .in(&UnitSystem::length)
      .above(0)
      .unless(0, "as the prototype has it");
  g.key("supercell", &P::supercell, "repetitions of the cell along each lattice vector").length(3).between(1, 1000000);
  g.key("vacuum", &P::vacuum, "empty space added along each lattice vector")
      .in(&UnitSystem::length)
      .length(3)
      .at_least(0);
  g.key("periodic", &P::periodic, "periodicity along each lattice vector")
      .length(3)
      .if_empty("as the file has it, else .true. .true. .true.");
  g.key("rattle", &P::rattle, "standard deviation of random displacements added to every atom")
      .in(&UnitSystem::length)
      .at_least(0);
  g.key("mass_species", &P::mass_species, "species whose masses are given in masses")
      .length(1, 118)
      .if_empty("none: standard atomic weights");
  g.key("masses", &P::masses, "masses of mass_species, in their order")
      .in(&UnitSystem::mass)
      .length(1, 118)
      .above(0)
      .if_empty("none");
  g.key("minimum_distance", &P::minimum_distance, "distance of two atoms below which the structure is an input error")
      .in(&UnitSystem::length)
      .above(0)
      .unless(0, "no check");
}

void add_dynamics(std::vector<Group>& groups) {
  using P = DynamicsParameters;
  GroupBuilder<P> g(groups, "dynamics", &Input::dynamics,
                    "Molecular dynamics: ensemble, time step, thermostat, barostat.", {"md"});
  g.key("ensemble", &P::ensemble,
        "quantities that are kept constant: 'nve' energy, 'nvt' temperature, 'npt' temperature and pressure")
      .one_of({"nve", "nvt", "npt"});
  g.key("thermostat", &P::thermostat, "thermostat of nvt and npt").one_of({"langevin", "bussi", "nose_hoover"});
  g.key("coupling", &P::coupling,
        "parts of the cell that npt changes: 'isotropic' the volume, 'full' all lengths and angles")
      .one_of({"isotropic", "full"});
  g.key("timestep", &P::timestep, "time step").in(&UnitSystem::time).above(0).lj(0.005);
  g.key("steps", &P::steps, "number of steps, those before a restart included")
      .in("steps")
      .at_least(0)
      .may_change_silently();
  g.key("temperature", &P::temperature, "temperature of the thermostat, and of initial velocities")
      .in(&UnitSystem::temperature)
      .at_least(0)
      .lj(1.0)
      .may_change();
  g.key("temperature_end", &P::temperature_end, "temperature at the last step, reached linearly")
      .in(&UnitSystem::temperature)
      .at_least(0)
      .unless(-1, "constant temperature")
      .may_change();
  g.key("thermostat_time", &P::thermostat_time, "relaxation time of the thermostat; for Langevin the inverse friction")
      .in(&UnitSystem::time)
      .above(0)
      .lj(0.5)
      .may_change();
  g.key("chain_length", &P::chain_length, "number of thermostats in a Nosé–Hoover chain").between(1, 20);
  g.key("pressure", &P::pressure, "pressure of the barostat").in(&UnitSystem::pressure).may_change();
  g.key("pressure_end", &P::pressure_end, "pressure at the last step, with pressure_ramp")
      .in(&UnitSystem::pressure)
      .may_change();
  g.key("pressure_ramp", &P::pressure_ramp, "linear change of the pressure from pressure to pressure_end").may_change();
  g.key("barostat_time", &P::barostat_time, "relaxation time of the barostat")
      .in(&UnitSystem::time)
      .above(0)
      .lj(5.0)
      .may_change();
  g.key("initial_velocities", &P::initial_velocities,
        "initial velocities: 'file' as the structure file has them, 'maxwell' random at initial_temperature, 'zero'; "
        "'auto' the file's, else maxwell")
      .one_of({"auto", "file", "maxwell", "zero"})
      .may_change();
  g.key("initial_temperature", &P::initial_temperature, "temperature of random initial velocities")
      .in(&UnitSystem::temperature)
      .at_least(0)
      .unless(-1, "the value of temperature")
      .may_change();
  g.key("remove_drift_every", &P::remove_drift_every, "steps between removals of the total momentum")
      .in("steps")
      .above(0)
      .unless(0, "only at the start")
      .may_change();
  g.key("fixed_ids", &P::fixed_ids, "atoms held in place, numbered from 1 as in the file")
      .length(1, 1000000)
      .at_least(1)
      .if_empty("none");
  g.key("fixed_species", &P::fixed_species, "species whose atoms are held in place").length(1, 118).if_empty("none");
}

void add_neighbor(std::vector<Group>& groups) {
  using P = NeighborParameters;
  GroupBuilder<P> g(groups, "neighbor", &Input::neighbor, "Neighbor lists.",
                    {"energy", "md", "relax", "hull", "evaluate", "properties", "generate", "discover", "serve"});
  g.key("skin", &P::skin, "distance beyond the cutoff that neighbor lists reach")
      .in(&UnitSystem::length)
      .at_least(0)
      .lj(0.3);
  g.key("rebuild_every", &P::rebuild_every, "steps between rebuilds of the neighbor lists")
      .in("steps")
      .above(0)
      .unless(0, "only when an atom has moved half the skin");
  g.key("check_displacement", &P::check_displacement,
        "rebuild of the neighbor lists also whenever an atom has moved half the skin");
  g.keys_may_change();
}

void add_parallel(std::vector<Group>& groups) {
  using P = ParallelParameters;
  GroupBuilder<P> g(groups, "parallel", &Input::parallel, "How the ranks share the work.");
  g.key("grid", &P::grid, "bricks along each lattice vector; their product is the number of ranks of a pool")
      .length(3)
      .between(1, 1000000)
      .if_empty("chosen by surface");
  g.key("pools", &P::pools, "groups of ranks that work independently on different structures")
      .between(1, 1000000)
      .unless(0, "one for one structure, one a rank for many");
  g.key("balance", &P::balance, "motion of brick boundaries where atoms are spread unevenly over the ranks")
      .only_for({"md"});
  g.key("balance_threshold", &P::balance_threshold,
        "largest over mean number of atoms of a rank above which bricks are balanced")
      .between(1.0, 1000.0)
      .only_for({"md"});
  g.key("balance_every", &P::balance_every, "builds of neighbor lists between balance checks")
      .between(1, 1000000000)
      .only_for({"md"});
  g.keys_may_change();
}

void add_output(std::vector<Group>& groups) {
  using P = OutputParameters;
  GroupBuilder<P> g(groups, "output", &Input::output, "Output files and how often they are written.",
                    {"energy", "md", "relax"});
  g.key("thermo_every", &P::thermo_every, "steps between lines of the thermo table")
      .in("steps")
      .above(0)
      .unless(0, "only the first and last step")
      .only_for({"md"});
  g.key("trajectory_every", &P::trajectory_every,
        "steps between frames of the trajectory <prefix>.h5md; of many relaxations: <prefix>_trajectory.xyz")
      .in("steps")
      .above(0)
      .unless(0, "no trajectory")
      .only_for({"md", "relax"});
  g.key("checkpoint_every", &P::checkpoint_every, "steps between checkpoints")
      .in("steps")
      .above(0)
      .unless(0, "only at the end")
      .only_for({"md", "relax"});
  g.key("checkpoint_seconds", &P::checkpoint_seconds, "wall time between checkpoints")
      .in("s")
      .above(0)
      .unless(0, "none by time")
      .only_for({"energy", "md", "relax", "ising", "train"});
  g.key("trajectory_fields", &P::trajectory_fields, "quantities of every atom in a frame of the trajectory")
      .length(1, 4)
      .one_of({"position", "image", "velocity", "force"})
      .only_for({"md", "relax"});
  g.key("trajectory_precision", &P::trajectory_precision, "precision of the numbers in the trajectory")
      .one_of({"single", "double"})
      .only_for({"md", "relax"});
  g.key("compression", &P::compression, "deflate level of the trajectory; 0: none")
      .between(0, 9)
      .only_for({"md", "relax"});
  g.key("final_structure", &P::final_structure,
        "name of a file in outdir for the last structure: extended XYZ, POSCAR or CIF by its name")
      .if_empty("none");
  g.keys_may_change_silently();
}

void add_analysis(std::vector<Group>& groups) {
  using P = AnalysisParameters;
  GroupBuilder<P> g(groups, "analysis", &Input::analysis, "Measurements during the run.", {"md"});
  g.key("equilibration_steps", &P::equilibration_steps, "steps before averages and measurements begin to count")
      .in("steps")
      .at_least(0);
  g.key("rdf_every", &P::rdf_every, "steps between samples of the radial distribution function")
      .in("steps")
      .above(0)
      .unless(0, "none");
  g.key("rdf_cutoff", &P::rdf_cutoff, "largest distance of the radial distribution function")
      .in(&UnitSystem::length)
      .above(0)
      .unless(0, "the potential's cutoff");
  g.key("rdf_bins", &P::rdf_bins, "number of bins of the radial distribution function").between(1, 100000);
  g.key("msd_every", &P::msd_every, "steps between samples of the mean squared displacement")
      .in("steps")
      .above(0)
      .unless(0, "none");
  g.key("msd_window", &P::msd_window, "steps until a new time origin of the mean squared displacement")
      .in("steps")
      .above(0)
      .unless(0, "one origin for the whole run");
  g.key("vacf_every", &P::vacf_every, "steps between samples of the velocity autocorrelation function")
      .in("steps")
      .above(0)
      .unless(0, "none");
  g.key("vacf_window", &P::vacf_window, "steps until a new time origin of the velocity autocorrelation function")
      .in("steps")
      .at_least(1);
}

}  // namespace

const std::vector<Group>& schema() {
  static const std::vector<Group> groups = [] {
    std::vector<Group> all;
    add_control(all);
    add_structure(all);
    add_potential(all);
    add_dynamics(all);
    add_relax(all);
    add_ising(all);
    add_hull(all);
    add_dataset(all);
    add_query(all);
    add_model(all);
    add_train(all);
    add_predict(all);
    add_generate(all);
    add_vectors(all);
    add_likelihood(all);
    add_encode(all);
    add_properties(all);
    add_propose(all);
    add_evaluate(all);
    add_measures(all);
    add_discover(all);
    add_oracle(all);
    add_bayes(all);
    add_serve(all);
    add_neighbor(all);
    add_parallel(all);
    add_output(all);
    add_analysis(all);
    return all;
  }();
  return groups;
}

}  // namespace spinel
