#include "campaign/structure_list.hpp"

#include "campaign/structure_list_results.hpp"
#include "campaign/structure_sweep.hpp"
#include "core/text.hpp"
#include "parallel/on_root.hpp"
#include "run/find_file.hpp"
#include "run/run_report.hpp"

namespace spinel {

namespace {

/// The structures on rank 0. InputError at &structure file.
StructureSet listed_structures(const RunContext& context) {
  const Input& input = context.input;
  StructureSet set{nullptr, input.structure.file, "structure", "file", relaxes_structures(input)};
  on_root(context.world, [&] {
    const std::string path = find_file(context.place("structure"), "file", input.structure.file);
    try {
      set.source = open_structure_source(path, input.control.units == "lj");
    } catch (const InputError& error) {
      fail_key(input, set.group, set.key, error.what());
    }
  });
  return set;
}

}  // namespace

void run_structure_list(const RunContext& context) {
  StructureSweep sweep(context, listed_structures(context));
  report_start(context);
  const bool complete = sweep.run();
  const StructureListSummary summary = write_structure_list(
      context, sweep.files(), sweep.size(), [&](std::int64_t number) { return sweep.result(number); }, complete);
  report_structure_list(context, summary);
  Log& log = context.log;
  if (complete)
    log.print("\nComplete: {}, {}", sweep.files().result, sweep.files().structures);
  else
    log.print("\nStopped by {} with {} of {} structures done; continue with restart_mode = 'auto'", sweep.stop_reason(),
              grouped(sweep.size() - summary.pending), grouped(sweep.size()));
}

void check_structure_list(const RunContext& context) {
  const StructureSet set = listed_structures(context);
  const PotentialMaker maker(context.input.potential, context.units, context.place("potential"), context.world);
  on_root(context.world, [&] { check_potential(context.input, set, maker); });
}

}  // namespace spinel
