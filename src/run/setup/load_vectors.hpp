#pragma once

#include "model/vectors/vector_architecture.hpp"
#include "run/context.hpp"
#include "source/vector_table.hpp"

namespace spinel {

/// Collective. What &vectors names: a file, or a toy. For a trained flow its own columns are taken, by name, or of a
/// file without names that has as many columns, in their order; its periods are theirs. InputError with file, line and
/// key where something is not as it should be.
VectorTable load_vectors(const RunContext& context, const VectorArchitecture* flow = nullptr);

}  // namespace spinel
