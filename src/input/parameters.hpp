#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace spinel {

// What the groups of a namelist hold, after parsing and validation. The initial values here are the defaults; names,
// units, ranges and help of every key stand in input/schema.cpp, once. Units: Å, eV, fs, amu, K, pressure GPa; with
// &control units = 'lj' every one of them is the reduced unit.

/// &control
struct ControlParameters {
  std::string calculation;  // required
  std::string title;
  std::string prefix = "spinel";
  std::string outdir = "out";
  std::string units = "metal";                // metal | lj
  std::string restart_mode = "from_scratch";  // from_scratch | restart | auto
  std::int64_t seed = 1;
  double max_seconds = 0.0;  // 0: no limit
};

/// &structure: from `file`, or from `prototype` with `species` and lattice constants
struct StructureParameters {
  std::string file;
  std::int64_t frame = -1;  // of a multi-frame file, from 0; −1: the last
  std::string prototype;
  std::vector<std::string> species;
  double a = 0.0, b = 0.0, c = 0.0;  // Å; b, c: 0 = as the prototype has it
  std::vector<std::int64_t> supercell = {1, 1, 1};
  std::vector<double> vacuum = {0.0, 0.0, 0.0};  // Å, added along each lattice vector
  std::vector<bool> periodic;                    // empty: as the file has it, else T T T
  double rattle = 0.0;                           // Å, standard deviation
  std::vector<std::string> mass_species;         // masses given for these species …
  std::vector<double> masses;                    // … amu
  double minimum_distance = 0.5;                 // Å; closer atoms are an input error (0: no check)
};

/// &potential
struct PotentialParameters {
  std::string style;                         // lennard_jones
  std::string precision = "double";          // double | single
  std::vector<std::string> pairs;            // 'Ar-Ar', 'Ar-Kr', …: epsilon, sigma, cutoff are listed in this order
  std::vector<double> epsilon;               // eV
  std::vector<double> sigma;                 // Å
  std::vector<double> cutoff;                // Å; one value for all pairs, or one a pair
  std::string mixing = "lorentz_berthelot";  // lorentz_berthelot | geometric | sixth_power | none
  std::string truncation = "plain";          // plain | shifted | smooth
  double smooth_width = 0.0;                 // Å below the cutoff over which `smooth` switches off (0: a tenth of it)
  bool tail_correction = false;
};

/// &dynamics
struct DynamicsParameters {
  std::string ensemble = "nve";        // nve | nvt | npt
  std::string thermostat = "bussi";    // langevin | bussi | nose_hoover
  std::string coupling = "isotropic";  // npt: isotropic | full
  double timestep = 1.0;               // fs
  std::int64_t steps = 0;
  double temperature = 300.0;               // K
  double temperature_end = -1.0;            // K; −1: constant
  double thermostat_time = 100.0;           // fs: relaxation time; Langevin: 1/friction
  std::int64_t chain_length = 3;            // Nosé–Hoover chain
  double pressure = 0.0;                    // GPa
  double pressure_end = 0.0;                // GPa
  bool pressure_ramp = false;               // ramp from pressure to pressure_end
  double barostat_time = 1000.0;            // fs
  std::string initial_velocities = "auto";  // auto (file's, else maxwell) | file | maxwell | zero
  double initial_temperature = -1.0;        // K; −1: temperature
  std::int64_t remove_drift_every = 0;      // steps; 0: only at the start
  std::vector<std::int64_t> fixed_ids;      // atoms held in place, numbered from 1 as in the file
  std::vector<std::string> fixed_species;
};

/// &neighbor
struct NeighborParameters {
  double skin = 1.0;               // Å
  std::int64_t rebuild_every = 0;  // steps; 0: only when an atom has moved half the skin
  bool check_displacement = true;  // rebuild also whenever an atom has moved half the skin
};

/// &parallel
struct ParallelParameters {
  std::vector<std::int64_t> grid;  // bricks along a, b, c; empty: chosen by surface
  std::int64_t pools = 1;
  bool balance = true;  // move brick boundaries when max/mean atoms exceeds the threshold
  double balance_threshold = 1.05;
  std::int64_t balance_every = 10;  // neighbour-list builds between checks
};

/// &output
struct OutputParameters {
  std::int64_t thermo_every = 100;                                     // steps; 0: only first and last
  std::int64_t trajectory_every = 0;                                   // steps; 0: none
  std::int64_t checkpoint_every = 0;                                   // steps; 0: only at the end
  double checkpoint_seconds = 1800.0;                                  // wall time between checkpoints; 0: none by time
  std::vector<std::string> trajectory_fields = {"position", "image"};  // position image velocity force
  std::string trajectory_precision = "single";                         // single | double
  std::int64_t compression = 0;                                        // deflate level 0 … 9 of trajectory chunks
  std::string final_structure;  // extended XYZ, POSCAR or CIF file name in outdir; empty: none
};

/// &analysis: measured during the run
struct AnalysisParameters {
  std::int64_t equilibration_steps = 0;  // steps before anything below, and the averages of the end, count
  std::int64_t rdf_every = 0;            // steps; 0: none
  double rdf_cutoff = 0.0;               // Å; 0: the potential's cutoff
  std::int64_t rdf_bins = 200;
  std::int64_t msd_every = 0;   // steps between samples; 0: none
  std::int64_t msd_window = 0;  // steps until a new time origin; 0: one origin for the whole run
  std::int64_t vacf_every = 0;
  std::int64_t vacf_window = 1000;  // steps until a new time origin
};

/// Where the keys of an Input stood in its namelist file, for messages about values that prove wrong later.
struct InputLocations {
  std::string file;                                         // empty: not read from a file
  std::map<std::pair<std::string, std::string>, int> line;  // {group, key}, or {group, ""} of the group → line from 1
  int last_line = 0;

  /// "file:line: &group key: ", the line that of the key, else of its group, else the last of the file.
  std::string label(const std::string& group, const std::string& key) const;
};

/// A whole namelist file.
struct Input {
  ControlParameters control;
  StructureParameters structure;
  PotentialParameters potential;
  DynamicsParameters dynamics;
  NeighborParameters neighbor;
  ParallelParameters parallel;
  OutputParameters output;
  AnalysisParameters analysis;
  InputLocations locations;
};

}  // namespace spinel
