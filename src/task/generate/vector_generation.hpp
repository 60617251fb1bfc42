#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. Whether &generate model is a flow of vectors. InputError where the file is missing or no model, or a key
/// is given that is not of its kind.
bool generates_vectors(const RunContext& context);

/// Collective. calculation = 'generate' with a flow of vectors: points, into <prefix>_generated.csv and <prefix>.h5,
/// and with slices the flow itself (doc/density.md). False where a stop came before the end.
bool run_vector_generation(const RunContext& context);

/// Collective. What run_vector_generation would find wrong before it computes.
void check_vector_generation(const RunContext& context);

}  // namespace spinel
