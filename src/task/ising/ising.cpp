#include "task/ising/ising.hpp"

#include <filesystem>

#include "core/error.hpp"
#include "input/schema.hpp"
#include "parallel/on_root.hpp"
#include "task/ising/ising_run.hpp"

namespace spinel {

void check_ising(const RunContext& context) {
  const IsingPlan plan(context.input, context.world.size());
  const std::string& start_file = plan.parameters().start_file;
  on_root(context.world, [&] {
    if (!start_file.empty() && !std::filesystem::exists(start_file))
      fail_key(context.input, "ising", "start_file", fmt::format("there is no file {}", start_file));
  });
}

void run_ising(const RunContext& context) {
  check_ising(context);
  IsingRun run(context);
  if (run.was_complete()) return run.report_complete();
  run.begin();
  run.run();
  run.end();
}

}  // namespace spinel
