#include "task/ising/ising.hpp"

#include "task/ising/ising_run.hpp"

namespace spinel {

void check_ising(const RunContext& context) { const IsingPlan plan(context); }

void run_ising(const RunContext& context) {
  IsingRun run(context);
  if (run.was_complete()) return run.report_complete();
  run.begin();
  run.run();
  run.end();
}

}  // namespace spinel
