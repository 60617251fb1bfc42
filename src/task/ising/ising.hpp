#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'ising': Monte Carlo of the two-dimensional Ising model. Writes <prefix>.h5,
/// <prefix>.restart.h5 and, with configurations or series, <prefix>.samples.h5.
bool run_ising(const RunContext& context);
/// Collective. InputError for what such a run would find wrong before its first sweep.
void check_ising(const RunContext& context);

}  // namespace spinel
