#include "task/registry.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/error.hpp"
#include "core/stop_signal.hpp"
#include "task/convert/convert.hpp"
#include "task/discover/discover.hpp"
#include "task/encode/encode.hpp"
#include "task/energy/energy.hpp"
#include "task/evaluate/evaluate.hpp"
#include "task/generate/generate.hpp"
#include "task/hull/hull.hpp"
#include "task/ising/ising.hpp"
#include "task/likelihood/likelihood.hpp"
#include "task/md/md.hpp"
#include "task/optimize/optimize.hpp"
#include "task/phase/phase.hpp"
#include "task/predict/predict.hpp"
#include "task/properties/properties.hpp"
#include "task/propose/propose.hpp"
#include "task/query/query.hpp"
#include "task/relax/relax.hpp"
#include "task/serve/serve.hpp"
#include "task/train/train.hpp"

namespace spinel {

const std::vector<Calculation>& calculations() {
  static const std::vector<Calculation> table = {
      {"energy", check_energy, run_energy, "energy, forces and stress of one structure, or of many",
       "energy_argon.nml"},
      {"relax", check_relax, run_relax, "relaxation of one structure, or of many, to the nearest minimum",
       "relax_argon.nml"},
      {"md", check_md, run_md, "molecular dynamics: NVE, NVT, NPT", "argon_liquid.nml"},
      {"serve", check_serve, run_serve,
       "energies and forces for another program, such as i-PI or ASE, through a socket", "serve_argon.nml"},
      {"properties", check_properties, run_properties,
       "equation of state, elastic constants, phonons, dimers and drift of a potential", "properties_argon.nml"},
      {"hull", check_hull, run_hull, "formation energies, convex hulls and decompositions of entries",
       "hull_ti_al.nml"},
      {"evaluate", check_evaluate, run_evaluate, "how many structures of a set are stable, unique and novel",
       "evaluate_salts.nml"},
      {"ising", check_ising, run_ising, "Monte Carlo of the two-dimensional Ising model", "ising_dataset.nml"},
      {"convert", check_convert, run_convert, "structures with labels from files of many kinds to one dataset",
       "convert_perovskites.nml"},
      {"query", check_query, run_query, "structures from the Materials Project or a provider of OPTIMADE to a dataset",
       "query_materials_project.nml"},
      {"phase", check_phase, run_phase,
       "phases and their transition from configurations, by principal components or trained networks", "phase_pca.nml"},
      {"train", check_train, run_train,
       "networks that predict properties of crystals, and potentials: training, ensembles, learning curves",
       "train_rare_gases.nml"},
      {"predict", check_predict, run_predict, "properties of crystals, one or millions, by trained networks",
       "predict_formation_energy.nml"},
      {"generate", check_generate, run_generate,
       "new crystals, or structures of compositions, from a trained generator", "generate_perovskites.nml"},
      {"likelihood", check_likelihood, run_likelihood,
       "log probability densities of vectors and crystals under a trained flow", "likelihood_crystals.nml"},
      {"encode", check_encode, run_encode, "latent vectors of crystals by a trained variational autoencoder",
       "encode_crystals.nml"},
      {"propose", check_propose, run_propose,
       "crystals that are not known yet: by substitution, prototypes, random search and generators",
       "propose_ternary_oxides.nml"},
      {"optimize", check_optimize, run_optimize,
       "Bayesian optimization of what a command computes, or over the rows of a dataset", "optimize_branin.nml"},
      {"discover", check_discover, run_discover,
       "rounds of choosing candidates, asking for their labels and learning from them", "discover_ti_al_ni.nml"},
  };
  return table;
}

namespace {

const Calculation& calculation_of(const RunContext& context) {
  for (const Calculation& row : calculations())
    if (context.input.control.calculation == row.name) return row;
  fail("calculation '{}' is not in the table", context.input.control.calculation);
}

}  // namespace

std::vector<CalculationHelp> calculation_help() {
  std::vector<CalculationHelp> result;
  for (const Calculation& row : calculations()) result.push_back({row.name, row.help, row.example});
  return result;
}

std::vector<Input> read_inputs(const std::string& path, const Communicator& world) {
  std::string text, problem;
  if (world.is_root()) {
    std::ifstream file(path, std::ios::binary);
    std::error_code ignored;
    if (!file)
      problem = fmt::format("{}: cannot be read: {}", path, std::strerror(errno));
    else if (std::filesystem::is_directory(path, ignored))
      problem = fmt::format("{}: is a folder, not an input file", path);
    else
      text.assign(std::istreambuf_iterator<char>(file), {});
  }
  world.broadcast(problem);
  if (!problem.empty()) throw InputError(problem);
  world.broadcast(text);
  return parse_inputs(text, path, calculation_help());
}

void check_input(const RunContext& context) { calculation_of(context).check(context); }

bool run_calculation(const RunContext& context) {
  try {
    return calculation_of(context).run(context);
  } catch (const Interrupted& interruption) {
    context.log.print("\nStopped by {} while another program computed, before there was anything to continue from",
                      interruption.what());
    return false;
  }
}

}  // namespace spinel
