#include "task/relax/relax.hpp"

#include "core/stop_signal.hpp"
#include "run/check_run.hpp"
#include "task/relax/relax_run.hpp"
#include "task/structures/structure_list.hpp"

namespace spinel {

void check_relax(const RunContext& context) {
  context.input.structure.all ? check_structure_list(context) : check_one_structure(context);
}

bool run_relax(const RunContext& context) {
  if (context.input.structure.all) return run_structure_list(context);
  RelaxRun run(context);
  if (run.was_complete()) {
    run.report_complete();
    return true;
  }
  run.begin();
  try {
    run.walk();
  } catch (const Interrupted& interruption) {
    run.report_interruption(interruption);
    return false;
  }
  return run.end();
}

}  // namespace spinel
