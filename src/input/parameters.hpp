#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "input/bayes_parameters.hpp"
#include "input/density_parameters.hpp"
#include "input/discover_parameters.hpp"
#include "input/potential_parameters.hpp"
#include "input/propose_parameters.hpp"
#include "input/query_parameters.hpp"
#include "input/read_parameters.hpp"

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

/// Under which names files have what structures are labeled with; empty: the usual ones.
struct LabelParameters {
  std::string energy_key, forces_key, stress_key, virial_key, magnetic_moments_key, charges_key;
  std::string stress_unit = "auto";  // auto | eV/A3 | GPa | kB: of the files
};

/// &structure: from `file`, or from `prototype` with `species` and lattice constants
struct StructureParameters : ReadParameters {
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
  std::string method = "pca";      // pca | cnn | confusion
  std::vector<std::string> files;  // <prefix>.samples.h5 of calculation = 'ising'
  std::int64_t components = 10;    // kept, method pca
  std::int64_t bootstrap = 200;    // resamples for the errors
  // Methods cnn and confusion; temperatures in |J|/k_B.
  std::vector<double> ordered_window, disordered_window;  // cnn: lowest, highest temperature that is labeled
  std::vector<double> trial_temperatures;                 // confusion; empty: between all temperatures of the range
  std::vector<double> temperature_range;                  // confusion: lowest, highest that are used; empty: all
  std::int64_t networks = 3;                              // independent ones a size and trial temperature
  std::int64_t blocks = 8;                                // along an edge, averaged over; 0: the spins themselves
  std::vector<std::int64_t> widths = {32, 64, 128};       // channels of the three convolutions
  std::int64_t epochs = 0;                                // 0: 2 for cnn, 6 for confusion
  std::int64_t batch_size = 64;
  double learning_rate = 1e-3;
  double weight_decay = 1e-4;
  double held_out = 0.25;              // share of the configurations that are kept out of training
  bool spin_flip = true;               // spins up and down are alike
  std::string extrapolation = "auto";  // auto | required | none
  double nu = 1.0;                     // of T_c(L) = T_c + a L^(−1/ν); 0: fitted
};

/// &hull: formation energies and convex hulls of entries, or candidates against a hull that was stored
struct HullParameters : ReadParameters {
  std::vector<std::string> entries;              // files of the entries that make the hull
  std::vector<std::string> structures;           // files and folders of structures whose energies &potential gives
  std::vector<std::string> prototypes;           // "L1_0:TiAl": crystals whose energies &potential gives
  std::int64_t lowest = 0;                       // of the structures, so many distinct compounds; 0: all
  std::string lowest_by = "energy_above_hull";   // label of the structures by which they are ordered
  bool relax = true;                             // structures and prototypes first, by &relax
  std::string reference;                         // result file of an earlier hull, instead of entries
  std::vector<std::string> candidates;           // files of entries asked against the hull without being part of it
  std::vector<std::string> elements;             // take only entries and candidates of these; empty: all
  std::string id_key, formula_key, energy_key;   // names in the files; empty: the usual ones
  std::string run_type;                          // of the entries taken; empty: all of one functional; 'any'
  std::string align = "none";                    // none | elements: entries of several run types onto those of one
  std::string energy_kind = "auto";              // auto | formation_per_atom | formation | total_per_atom | total
  std::string elemental_references = "entries";  // entries | zero | prototypes
  std::string missing_elements = "error";        // error | report: a candidate's element that the hull lacks
  bool csv = true;                               // also write the table as <prefix>_hull.csv, <prefix>_candidates.csv
};

/// &dataset: structures to learn from, and how they are divided
struct DatasetParameters : ReadParameters, LabelParameters {
  std::string file;                      // a dataset of calculation = 'convert', or extended XYZ
  std::string target;                    // the numbers to be learned, by name; empty of a generator
  std::vector<std::string> descriptors;  // further numbers a model is given, by name
  std::string split = "random";          // random | composition | chemical_system | leave_element | leave_cluster
                                         // | files
  double validation_fraction = 0.1;      // of the structures
  double test_fraction = 0.1;            // of the structures; not of leave_element and leave_cluster
  std::int64_t split_seed = 1;
  std::vector<std::string> left_elements;  // of leave_element
  std::int64_t clusters = 10;              // of leave_cluster
  std::int64_t left_cluster = 0;           // of leave_cluster, 1 the largest; 0: drawn by the seed
  std::string validation_file, test_file;  // of files: datasets, extended XYZ, or *.txt with an id a line
  std::string group;                       // text of the structures by whose values errors are also reported
  bool graph_cache = true;                 // keep the graphs of a dataset file beside it
};

/// &convert: structures with labels from files of many kinds to one dataset
struct ConvertParameters : ReadParameters, LabelParameters {
  std::vector<std::string> sources;     // files and folders
  std::string format = "auto";          // auto | xyz | cif_folder | csv | json | ising
  std::string output;                   // dataset file; empty: <outdir>/<prefix>.dataset.h5
  bool strict = false;                  // a bad record is an error
  std::string id_key;                   // empty: the usual ones
  std::string structure_key;            // column or key of the structure; empty: the usual ones
  std::vector<std::string> species;     // of POSCARs without symbols
  std::vector<std::string> properties;  // kept; empty: all
  std::vector<std::string> units;       // "name: unit"
  double minimum_distance = 0.5;        // Å; records with closer atoms are bad (0: no check)
};

/// &predict: properties of crystals by trained networks
struct PredictParameters : ReadParameters {
  std::vector<std::string> models;  // native model files; several of one property are an ensemble
  std::string structures;           // extended XYZ, a dataset, a structure file, or a folder of those
  std::string target;               // scalar of the structures that is compared with what is predicted
  bool strict = false;              // a structure that cannot be predicted ends the run
  bool csv = false;                 // also write <prefix>_predictions.csv
};

/// &generate: crystals from a trained generator
struct GenerateParameters : ReadParameters {
  std::string model;                      // model file
  std::int64_t count = 100;               // crystals; of every structure or composition, where those are given
  std::string structures;                 // list whose compositions are to be predicted; empty: none
  std::vector<std::string> compositions;  // contents of cells, "Sr Ti O3"; empty: none
  std::string species = "auto";           // auto | given | data | joint | first
  std::vector<std::string> elements;      // all that may occur; empty: all of the model
  std::int64_t n_atoms = 0;               // of every crystal; 0: as in the data
  std::string crystal_family = "any";     // any | triclinic | … | cubic
  std::string templates;                  // list whose crystals give symmetries; empty: none
  std::int64_t space_group = 0;           // of the templates taken; 0: all
  std::vector<std::string> conditions;    // "name: value"
  double guidance = 1.0;
  std::string method = "euler";  // euler | heun
  std::int64_t steps = 100;
  double slope = 10.0;
  double corrector = 1e-5;
  double temperature = 1.0;       // of the probabilities of species
  std::int64_t attempts = 10;     // at a crystal
  double minimum_distance = 0.5;  // Å, of a crystal that is taken
  bool cif = false;               // also a folder of CIFs
  bool relax = false;             // then relax and evaluate them
  // cnf
  double tolerance = 1e-5;         // of the solver, absolute and relative
  std::vector<double> slices;      // times at which the density is drawn on a grid, of a flow in the plane
  std::int64_t grid = 200;         // points of that grid along each axis
  std::int64_t trajectories = 50;  // ways of points through the flow that are kept, with slices
  // crystal_vae
  std::string latents = "auto";      // auto | prior | encoded | interpolated | searched
  std::int64_t points = 10;          // of an interpolation, both ends included
  std::string target;                // property that is wanted; empty: none
  double target_value = 0.0;         // in its unit
  double target_tolerance = 0.25;    // of a hit, in its unit
  std::string search = "screening";  // screening | gradient | random
  std::int64_t decodings = 4;        // crystals of a latent vector that was found
  std::int64_t climb_steps = 300;    // of gradient
  double climb_rate = 0.02;          // of gradient
  double prior_weight = 0.1;         // of −log p(z) against the squared error in standard deviations
  std::int64_t pool = 100;           // latent vectors of which screening takes one
  std::vector<std::string> judge;    // model files that say what was made
};

/// &model: a new network, that predicts a property of crystals or is an interatomic potential
struct ModelParameters {
  std::string kind = "cgcnn";       // input/model_kinds.cpp
  std::string task = "regression";  // regression | classification
  std::int64_t classes = 2;         // of classification; the target is their number from 0
  // cgcnn and potentials
  std::int64_t width = 64;        // of atoms
  std::int64_t convolutions = 3;  // or interactions
  // cgcnn
  std::int64_t crystal_width = 128;  // of crystals
  std::int64_t crystal_layers = 1;   // of that width
  std::string element_features;      // JSON file of rows of numbers for every element; empty: learned
  double radius = 8.0;               // Å
  std::int64_t max_neighbors = 12;   // the nearest ones; 0: all within the radius
  std::int64_t gaussians = 41;       // into which distances are expanded
  double gaussian_step = 0.2;        // Å
  double gaussian_width = 0.2;       // Å
  // mlp and cnf
  std::vector<std::int64_t> hidden = {256, 128, 64};  // widths of the layers
  std::string activation = "silu";                    // silu | relu | tanh | softplus
  bool composition_fractions = true;
  bool composition_statistics = true;
  // potentials
  double cutoff = 5.0;                 // Å
  double threebody_cutoff = 4.0;       // Å, of m3gnet
  std::int64_t radial_functions = 20;  // of schnet and painn
  std::int64_t moments = 1;            // of painn: highest degree of the moments of neighbors, 1 as published
  std::string initial;                 // model file to begin from, whose architecture it takes
  bool repulsion = false;              // add the repulsion of screened nuclei (ZBL)
  double repulsion_inner = 0.0;        // Å, up to which it is whole; 0: half of repulsion_outer
  double repulsion_outer = 1.5;        // Å, from which on it is zero
  // generators
  std::int64_t frequencies = 10;        // of sines and cosines of differences of fractional coordinates
  bool generates_species = false;       // species form too; else a composition is given
  std::vector<std::string> conditions;  // numbers of the dataset that generation may be asked for
  std::int64_t levels = 1000;           // of noise, of crystal_diffusion
  // crystal_vae; of its encoder: crystal_width, radius, max_neighbors, gaussians, …
  std::int64_t latent = 64;               // numbers of a latent vector
  std::int64_t encoder_width = 64;        // of atoms in the encoder
  std::int64_t encoder_convolutions = 3;  // of the encoder
  std::vector<std::string> properties;    // numbers of the dataset that are predicted from latent vectors
};

/// &train: how a network is trained
struct TrainParameters {
  std::int64_t epochs = 100;
  std::int64_t batch_size = 256;
  std::vector<std::int64_t> n_train;  // sizes of the training part, one training each; empty: all of it
  std::int64_t ensemble = 1;          // members, which differ in initial weights and order of samples
  std::string loss = "auto";          // auto | l1 | l2 | huber | cross_entropy
  // Of potentials; weights: at the first and at the last epoch
  std::vector<double> energy_weight = {1.0};
  std::vector<double> force_weight = {100.0};
  std::vector<double> stress_weight = {100.0};
  std::string weight_schedule = "linear";  // linear | step
  double weight_step = 0.75;               // of step: share of the epochs after which the second values hold
  std::string precision = "single";        // single | double
  // Of generators
  double coordinate_weight = 10.0, cell_weight = 0.3, species_weight = 1.0;
  double condition_dropout = 0.1;  // share of crystals shown without their conditions, or latent vector
  // Of crystal_vae
  double kl_weight = 0.01, free_bits = 0.1;         // nats of each dimension that cost nothing
  double kl_warm_up = 0.0;                          // epochs in which kl_weight rises from zero
  double head_weight = 1.0, property_weight = 1.0;  // of what latent vectors say of contents and cell, and properties
  // Of cnf
  std::string objective = "flow_matching";  // flow_matching | likelihood
  std::string trace = "exact";              // exact | hutchinson
  double tolerance = 1e-5;                  // of the solver of likelihood, absolute and relative
  double huber_delta = 1.0;                 // of huber, in standard deviations of the target where it is normalized
  bool normalize = true;                    // the network learns (target − mean)/deviation
  bool element_references = false;          // and before that: target − Σ elements' references, by least squares
  std::string optimizer = "adamw";          // adamw | sgd
  double learning_rate = 1e-3;
  double weight_decay = 0.0;
  std::vector<double> betas = {0.9, 0.999};  // of adamw
  double epsilon = 1e-8;                     // of adamw
  double momentum = 0.9;                     // of sgd
  bool nesterov = false;                     // of sgd
  std::string schedule = "cosine";           // constant | cosine | step | plateau
  double minimum_learning_rate = 0.0;
  double decay_factor = 0.1;               // of step and plateau
  std::vector<std::int64_t> decay_epochs;  // of step
  std::int64_t patience = 10;              // epochs, of plateau
  double warm_up = 0.0;                    // epochs
  double clip_norm = 0.0;                  // 0: none
  double average_decay = 0.0;              // of the moving average of the weights; 0: none
  std::int64_t early_stopping = 0;         // epochs without improvement; 0: never
  std::int64_t checkpoint_every = 1;       // epochs
  std::int64_t bucket_size = 256;          // KB of gradients in a message
};

/// &properties: properties of a crystal, and of pairs of its atoms, as a potential predicts them
struct PropertiesParameters {
  std::vector<std::string> kinds = {"equation_of_state", "elastic", "phonons", "dimers", "invariance", "nve"};
  double volume_range = 0.08;            // largest change of the volume, of the equation of state
  std::int64_t volumes = 13;             // of the equation of state
  double strain = 0.005;                 // of elastic constants
  double displacement = 0.01;            // Å, of phonons
  double dimer_minimum = 0.6;            // Å
  std::int64_t dimer_points = 200;       // up to the cutoff
  double nve_temperature = 1000.0;       // K
  double nve_timestep = 1.0;             // fs
  std::int64_t nve_steps = 5000;         // after the equilibration
  std::int64_t nve_equilibration = 500;  // steps, before
  std::int64_t nve_atoms = 64;           // at least, of the supercell
};

/// &evaluate: a set of structures against a reference and a hull
struct EvaluateParameters {
  bool relax = true;                       // the set first, by &relax; else its energies come from its file
  std::string hull;                        // result file of calculation = 'hull'
  std::vector<std::string> reference;      // files of known structures
  double stable_below = 0.1;               // eV/atom above the hull
  std::string unconverged = "take";        // take | fail: relaxations that reached max_steps
  std::string missing_elements = "error";  // error | report: an element that the hull lacks
  std::string energy_key;                  // of the set's file, with relax = .false.; empty: the usual ones
  std::string energy_kind = "auto";        // auto | formation_per_atom | formation | total_per_atom | total
  double ltol = 0.2, stol = 0.3;           // of the structure matcher
  double angle_tol = 5.0;                  // degrees
  bool primitive_cell = true, scale = true, attempt_supercell = false;
  double minimum_distance = 0.5;    // Å, of a valid structure
  double minimum_volume = 0.1;      // Å³ of its cell
  double symmetry_tolerance = 0.1;  // Å, of the space groups
  std::int64_t bootstrap = 1000;    // resamples for the errors
  bool csv = true;                  // also write the table as <prefix>_evaluation.csv
};

/// &measures: the set of &evaluate against structures that it predicts and a distribution that it is to be like
struct MeasuresParameters {
  std::string targets;               // list of what is predicted; empty: matches are not counted
  std::string pairing = "target";    // target | order: how crystals of the set name theirs
  std::string training;              // list that baselines are made from; empty: none
  std::string distribution;          // list; empty: none
  std::int64_t neighbors = 100;      // of AMD and PDD
  double amd_cutoff = 0.2;           // Å, of AMD and PDD
  double crystal_nn_cutoff = 0.4;    // of CrystalNN fingerprints
  double composition_cutoff = 10.0;  // of standardized composition fingerprints
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
  std::int64_t balance_every = 10;  // neighbor-list builds between checks
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
  PotentialParameters oracle;
  ServeParameters serve;
  DynamicsParameters dynamics;
  RelaxParameters relax;
  IsingParameters ising;
  PhaseParameters phase;
  HullParameters hull;
  DatasetParameters dataset;
  ConvertParameters convert;
  QueryParameters query;
  ModelParameters model;
  TrainParameters train;
  PredictParameters predict;
  GenerateParameters generate;
  VectorsParameters vectors;
  LikelihoodParameters likelihood;
  EncodeParameters encode;
  PropertiesParameters properties;
  EvaluateParameters evaluate;
  MeasuresParameters measures;
  ProposeParameters propose;
  BayesParameters bayes;
  OptimizeParameters optimize;
  DiscoverParameters discover;
  NeighborParameters neighbor;
  ParallelParameters parallel;
  OutputParameters output;
  AnalysisParameters analysis;
  InputLocations locations;
};

}  // namespace spinel
