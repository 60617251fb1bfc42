#include "task/ising/ising.hpp"

#include "task/ising/ising_run.hpp"

namespace spinel {

void check_ising(const RunContext& context) { const IsingPlan plan(context); }

bool run_ising(const RunContext& context) {
  IsingRun run(context);
  if (run.was_complete()) {
    run.report_complete();
    return true;
  }
  run.begin();
  run.run();
  return run.end();
}

}  // namespace spinel
