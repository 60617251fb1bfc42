#pragma once

#include "task/registry.hpp"

namespace spinel {

/// calculation = 'properties'
void run_properties(const RunContext& context);

}  // namespace spinel
