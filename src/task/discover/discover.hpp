#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. Rounds of choosing candidates, asking an oracle and learning (doc/discover.md). False where a stop came
/// before the end, or labels are waited for.
bool run_discover(const RunContext& context);

/// Collective. What run_discover would find wrong before its first round.
void check_discover(const RunContext& context);

}  // namespace spinel
