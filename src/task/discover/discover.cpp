#include "task/discover/discover.hpp"

#include "run/setup/make_potential.hpp"
#include "task/discover/discovery.hpp"

namespace spinel {

bool run_discover(const RunContext& context) { return Discovery(context).run(); }

void check_discover(const RunContext& context) {
  const Discovery discovery(context);
  if (context.input.discover.oracle == "potential") const PotentialMaker maker(context, context.input.potential);
}

}  // namespace spinel
