#include "task/optimize/optimize.hpp"

#include "task/optimize/box_run.hpp"
#include "task/optimize/row_run.hpp"

namespace spinel {

void check_optimize(const RunContext& context) {
  if (context.input.optimize.variables.empty())
    check_rows(context);
  else
    search_box(context);
}

bool run_optimize(const RunContext& context) {
  return context.input.optimize.variables.empty() ? run_rows(context) : run_box(context);
}

}  // namespace spinel
