#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'hull': convex hulls of entries, or a stored hull, and candidates against them, into
/// <prefix>.h5 and tables beside it.
bool run_hull(const RunContext& context);

/// Collective. What run_hull would find wrong before it computes: reads all files.
void check_hull(const RunContext& context);

}  // namespace spinel
