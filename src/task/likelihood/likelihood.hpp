#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'likelihood': log p of vectors and crystals under a trained flow, into <prefix>.h5
/// (doc/likelihood.md).
bool run_likelihood(const RunContext& context);

/// Collective. What run_likelihood would find wrong before it computes.
void check_likelihood(const RunContext& context);

}  // namespace spinel
