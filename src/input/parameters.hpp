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
  bool all = false;         // every frame of the file, or every structure file of the folder `file` names
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
  std::string style;                         // lennard_jones | m3gnet
  std::string precision = "double";          // double | single
  std::vector<std::string> pairs;            // 'Ar-Ar', 'Ar-Kr', …: epsilon, sigma, cutoff are listed in this order
  std::vector<double> epsilon;               // eV
  std::vector<double> sigma;                 // Å
  std::vector<double> cutoff;                // Å; one value for all pairs, or one a pair
  std::string mixing = "lorentz_berthelot";  // lorentz_berthelot | geometric | sixth_power | none
  std::string truncation = "plain";          // plain | shifted | smooth
  double smooth_width = 0.0;                 // Å below the cutoff over which `smooth` switches off (0: a tenth of it)
  bool tail_correction = false;
  std::string model;           // native model file (HDF5) of style 'm3gnet'
  std::string device = "cpu";  // cpu | cuda: where a network runs, one GPU per rank of a node
  std::int64_t threads = 1;    // of a network, per rank
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

/// &relax: moves atoms, and the cell where asked, to the nearest minimum of energy + pressure·volume
struct RelaxParameters {
  std::string minimizer = "lbfgs";                       // fire | lbfgs | blmvm | cg
  std::string cell = "fixed";                            // fixed | full | isotropic | fixed_volume
  std::vector<bool> fixed_axes = {false, false, false};  // Cartesian axes along which the cell is not strained
  double pressure = 0.0;                                 // GPa
  double fmax = 0.02;                                    // eV/Å, largest force on an atom when converged
  double smax = 0.1;                                     // GPa, largest deviation of a stress component when converged
  std::int64_t max_steps = 500;                          // force evaluations a structure
  double max_step = 0.2;                                 // Å, longest move of an atom in one step
  bool keep_symmetry = false;
  double symmetry_tolerance = 0.01;     // Å
  double max_volume_change = 3.0;       // factor by which the volume may grow or shrink before the structure fails
  double minimum_distance = 0.5;        // Å; atoms closer during the relaxation fail the structure
  std::vector<std::int64_t> fixed_ids;  // atoms held in place, numbered from 1 as in the file
  std::vector<std::string> fixed_species;
};

/// &ising: the two-dimensional Ising model, H = −J Σ s s' − h Σ s on a periodic square lattice; energies in |J|,
/// temperatures in |J|/k_B
struct IsingParameters {
  std::vector<std::int64_t> size;  // L of square lattices, one run each; or with `rectangle` one Lx, Ly
  bool rectangle = false;
  double coupling = 1.0;             // J: 1 ferromagnetic, −1 antiferromagnetic
  double field = 0.0;                // h
  std::vector<double> temperatures;  // else n_t from t_min to t_max
  double t_min = 0.0, t_max = 0.0;
  std::int64_t n_t = 0;
  std::string update = "metropolis";  // metropolis | heat_bath | wolff | swendsen_wang
  bool tempering = false;             // replica exchange over the temperatures
  std::int64_t exchange_every = 10;   // sweeps between exchanges
  std::string start = "auto";         // auto | hot | cold | file
  std::string start_file;
  std::int64_t replicas = 1;             // independent chains at every temperature
  std::int64_t burn_in = 1000;           // sweeps
  std::int64_t sweeps = 10000;           // measured sweeps
  std::int64_t measure_every = 1;        // sweeps
  std::int64_t configurations = 0;       // kept per temperature and replica
  std::int64_t configuration_every = 0;  // sweeps between them; 0: spread over the run
  bool correlation = false;              // measure the correlation function
  bool series = false;                   // keep every measurement
  bool reweight = true;                  // curves between the temperatures, and Binder crossings
};

/// &phase: phases from configurations
struct PhaseParameters {
  std::string method = "pca";      // pca
  std::vector<std::string> files;  // <prefix>.samples.h5 of calculation = 'ising'
  std::int64_t components = 10;    // kept
  std::int64_t bootstrap = 200;    // resamples for the errors
};

/// &hull: formation energies and convex hulls of entries, or candidates against a hull that was stored
struct HullParameters {
  std::vector<std::string> entries;              // files of the entries that make the hull
  std::string reference;                         // result file of an earlier hull, instead of entries
  std::vector<std::string> candidates;           // files of entries asked against the hull without being part of it
  std::vector<std::string> elements;             // take only entries and candidates of these; empty: all
  std::string id_key, formula_key, energy_key;   // names in the files; empty: the usual ones
  std::string energy_kind = "auto";              // auto | formation_per_atom | formation | total_per_atom | total
  std::string elemental_references = "entries";  // entries | zero
  std::string missing_elements = "error";        // error | report: a candidate's element that the hull lacks
  bool csv = true;                               // also write the table as <prefix>_hull.csv, <prefix>_candidates.csv
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
  std::int64_t pools = 0;          // groups of ranks; 0: one for one structure, one a rank for many
  bool balance = true;             // move brick boundaries when max/mean atoms exceeds the threshold
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
  RelaxParameters relax;
  IsingParameters ising;
  PhaseParameters phase;
  HullParameters hull;
  NeighborParameters neighbor;
  ParallelParameters parallel;
  OutputParameters output;
  AnalysisParameters analysis;
  InputLocations locations;
};

}  // namespace spinel
