#pragma once

#include "run/context.hpp"

namespace spinel {

/// calculation = 'optimize'.
void check_optimize(const RunContext& context);
bool run_optimize(const RunContext& context);

}  // namespace spinel
