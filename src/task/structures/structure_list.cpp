#include "task/structures/structure_list.hpp"

#include "campaign/structure_sweep.hpp"
#include "run/run_report.hpp"
#include "run/setup/open_list.hpp"
#include "run/setup/read_options.hpp"
#include "task/structures/structure_list_results.hpp"
#include "task/structures/sweep_parameters.hpp"

namespace spinel {

namespace {

/// Collective. InputError at &structure file.
StructureSet listed_structures(const RunContext& context) {
  using Action = StructureSet::Action;
  const Input& input = context.input;
  StructureSet set{nullptr, input.structure.file, "structure", "file",
                   relaxes_structures(input) ? Action::relaxation : Action::single_point};
  SourceOptions options;
  options.read = read_options(input.structure);
  options.read.allow_labels = input.control.units == "lj";
  options.read.species = input.structure.species;
  set.source = open_list(context, input.structure.file, {"structure", "file"}, options);
  return set;
}

}  // namespace

bool run_structure_list(const RunContext& context) {
  const RunFiles files(context);
  StructureSweep sweep(context, files, listed_structures(context), sweep_parameters(context, files));
  report_start(context);
  const bool complete = sweep.run();
  const StructureListSummary summary = write_structure_list(
      context, files, sweep.size(), [&](std::int64_t number) { return sweep.result(number); }, complete);
  report_structure_list(context, summary);
  const std::int64_t done = sweep.size() - summary.pending;
  report_end(context, files.result + ", " + files.structures, complete, sweep.campaign().stop_reason(), done,
             sweep.size(), "structures");
  return complete;
}

void check_structure_list(const RunContext& context) {
  const StructureSet set = listed_structures(context);
  const PotentialMaker maker(context, context.input.potential);
  check_potential(context, set, maker);
}

}  // namespace spinel
