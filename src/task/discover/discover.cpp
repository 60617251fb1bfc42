#include "task/discover/discover.hpp"

#include "run/setup/make_potential.hpp"
#include "task/discover/discovery.hpp"

namespace spinel {

bool run_discover(const RunContext& context) { return Discovery(context).run(); }

void check_discover(const RunContext& context) {
  const Discovery discovery(context);
  const Input& input = context.input;
  if (input.discover.oracle == "potential") const PotentialMaker maker(context, input.potential);
  if (!input.oracle.style.empty()) const PotentialMaker maker(context, input.oracle, "oracle");
}

}  // namespace spinel
