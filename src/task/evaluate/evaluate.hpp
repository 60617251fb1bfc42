#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'evaluate': how many structures of a set are valid, stable, unique and novel, with all
/// that each verdict rests on, into <prefix>.h5 and a table beside it (doc/evaluation.md).
bool run_evaluate(const RunContext& context);

/// Collective. What run_evaluate would find wrong before it computes: reads set, reference and hull.
void check_evaluate(const RunContext& context);

/// Collective. The same but for the set, where that is still to be made.
void check_evaluate_of_nothing(const RunContext& context);

}  // namespace spinel
