#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'generate': crystals from a trained generator, into <prefix>_generated.xyz and <prefix>.h5
/// (doc/generation.md).
bool run_generate(const RunContext& context);

/// Collective. What run_generate would find wrong before it computes.
void check_generate(const RunContext& context);

}  // namespace spinel
