#include "task/registry.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "campaign/structure_list.hpp"
#include "core/error.hpp"
#include "parallel/on_root.hpp"
#include "run/make_potential.hpp"
#include "run/make_structure.hpp"
#include "run/run_files.hpp"
#include "task/convert/convert.hpp"
#include "task/energy/energy.hpp"
#include "task/evaluate/evaluate.hpp"
#include "task/hull/hull.hpp"
#include "task/ising/ising.hpp"
#include "task/md/md.hpp"
#include "task/phase/phase.hpp"
#include "task/predict/predict.hpp"
#include "task/properties/properties.hpp"
#include "task/properties/properties_report.hpp"
#include "task/relax/relax.hpp"
#include "task/train/train.hpp"

namespace spinel {

const std::vector<Calculation>& calculations() {
  static const std::vector<Calculation> table = {
      {"energy", run_energy, "energy, forces and stress of one structure, or of many"},
      {"relax", run_relax, "relaxation of one structure, or of many, to the nearest minimum"},
      {"md", run_md, "molecular dynamics: NVE, NVT, NPT"},
      {"properties", run_properties, "equation of state, elastic constants, phonons, dimers and drift of a potential"},
      {"hull", run_hull, "formation energies, convex hulls and decompositions of entries"},
      {"evaluate", run_evaluate, "how many structures of a set are stable, unique and novel"},
      {"ising", run_ising, "Monte Carlo of the two-dimensional Ising model"},
      {"convert", run_convert, "structures with labels from files of many kinds to one dataset"},
      {"phase", run_phase,
       "phases and their transition from configurations, by principal components or trained networks"},
      {"train", run_train, "networks that tell properties of crystals: training, ensembles, learning curves"},
      {"predict", run_predict, "properties of crystals, one or millions, by trained networks"},
  };
  return table;
}

std::vector<CalculationHelp> calculation_help() {
  std::vector<CalculationHelp> result;
  for (const Calculation& row : calculations()) result.push_back({row.name, row.help});
  return result;
}

Input read_input(const std::string& path, const Communicator& world) {
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
  return parse_input(text, path, calculation_help());
}

void check_input(const RunContext& context) {
  if (context.input.control.calculation == "convert") return check_convert(context);
  if (context.input.control.calculation == "hull") return check_hull(context);
  if (context.input.control.calculation == "evaluate") return check_evaluate(context);
  if (context.input.control.calculation == "ising") return check_ising(context);
  if (context.input.control.calculation == "phase") return check_phase(context);
  if (context.input.control.calculation == "train") return check_train(context);
  if (context.input.control.calculation == "predict") return check_predict(context);
  const RunFiles files(context.input);
  if (context.input.structure.all) return check_structure_list(context);
  const Structure structure = make_unit_cell(context);
  if (context.input.control.calculation == "properties") check_properties(context, structure);
  const PotentialMaker maker(context.input, context.world);
  // The species are on rank 0 only.
  on_root(context.world, [&] { maker.make(structure.species, Communicator::self()); });
}

void run_calculation(const RunContext& context) {
  for (const Calculation& row : calculations())
    if (context.input.control.calculation == row.name) return row.run(context);
  fail("calculation '{}' is not in the table", context.input.control.calculation);
}

}  // namespace spinel
