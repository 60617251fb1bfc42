#include "task/relax.hpp"

#include "task/relax_run.hpp"
#include "task/structure_list.hpp"

namespace spinel {

void run_relax(const RunContext& context) {
  if (context.input.structure.all) return run_structure_list(context);
  RelaxRun run(context);
  if (run.was_complete()) return run.report_complete();
  run.begin();
  run.walk();
  run.end();
}

}  // namespace spinel
