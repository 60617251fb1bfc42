#pragma once

#include "run/context.hpp"

namespace spinel {

/// calculation = 'convert': structures with labels, or configurations of spins, from files of many kinds to one dataset
/// (doc/datasets.md).
bool run_convert(const RunContext& context);
/// Collective. Are the sources there and told what they are?
void check_convert(const RunContext& context);

}  // namespace spinel
