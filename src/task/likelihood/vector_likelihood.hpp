#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'likelihood' of &vectors under a flow of vectors, into <prefix>.h5 (doc/density.md). False
/// where a stop came before the end.
bool run_vector_likelihood(const RunContext& context);

/// Collective. What run_vector_likelihood would find wrong before it computes.
void check_vector_likelihood(const RunContext& context);

}  // namespace spinel
