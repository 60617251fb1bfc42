#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'likelihood' of &likelihood structures: log p of crystals under a trained crystal_flow,
/// block by block as a campaign, into <prefix>.h5 (doc/likelihood.md). False where a stop came before the end.
bool run_crystal_likelihood(const RunContext& context);

/// Collective. What run_crystal_likelihood would find wrong before it computes.
void check_crystal_likelihood(const RunContext& context);

}  // namespace spinel
