#include "task/discover/discover.hpp"

#include "task/discover/discovery.hpp"

namespace spinel {

bool run_discover(const RunContext& context) { return Discovery(context).run(); }

void check_discover(const RunContext& context) { const Discovery discovery(context); }

}  // namespace spinel
