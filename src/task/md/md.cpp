#include "task/md/md.hpp"

#include "core/stop_signal.hpp"
#include "run/check_run.hpp"
#include "task/md/md_run.hpp"

namespace spinel {

void check_md(const RunContext& context) { check_one_structure(context); }

bool run_md(const RunContext& context) {
  report_start(context);
  MdRun run(context);
  if (run.was_complete()) {
    run.report_complete();
    return true;
  }

  run.begin();
  try {
    while (run.goes_on()) {
      run.advance();
      run.measure();
      run.write_what_is_due();
    }
  } catch (const Interrupted& interruption) {
    run.report_interruption(interruption);
    return false;
  }
  return run.end();
}

}  // namespace spinel
