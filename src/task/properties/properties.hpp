#pragma once

#include "run/context.hpp"

namespace spinel {

/// calculation = 'properties'
void run_properties(const RunContext& context);

}  // namespace spinel
