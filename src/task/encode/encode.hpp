#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'encode': latent vectors of crystals, into <prefix>.h5 (doc/inverse_design.md).
bool run_encode(const RunContext& context);

/// Collective. What run_encode would find wrong before it computes.
void check_encode(const RunContext& context);

}  // namespace spinel
