#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'phase': the transition that spin configurations show, by principal components or by
/// networks that are trained on them, into <prefix>.h5; a group for every lattice size in the files.
bool run_phase(const RunContext& context);
/// Collective. InputError where a file is not there, or networks could not be trained on what it holds.
void check_phase(const RunContext& context);

}  // namespace spinel
