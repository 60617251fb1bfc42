#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. Rows of a dataset: which are to be computed next, or which would have been. False where it was stopped.
bool run_rows(const RunContext& context);
/// Collective. What a run would find wrong with the dataset.
void check_rows(const RunContext& context);

}  // namespace spinel
