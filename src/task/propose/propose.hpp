#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'propose': crystals that are not known yet, into <prefix>.dataset.h5 and <prefix>.h5
/// (doc/propose.md).
bool run_propose(const RunContext& context);

/// Collective. What run_propose would find wrong before it computes.
void check_propose(const RunContext& context);

}  // namespace spinel
