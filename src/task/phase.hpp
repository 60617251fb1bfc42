#pragma once

#include "task/registry.hpp"

namespace spinel {

/// Collective. calculation = 'phase': principal components of spin configurations and the transition they show, into
/// <prefix>.h5; a group for every lattice size in the files.
void run_phase(const RunContext& context);
/// Collective. InputError where a file is not there.
void check_phase(const RunContext& context);

}  // namespace spinel
