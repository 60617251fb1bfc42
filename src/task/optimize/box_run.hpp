#pragma once

#include "bayes/choice/search_box.hpp"
#include "run/context.hpp"

namespace spinel {

/// &optimize variables as a box; InputError where one of them is wrong, or the command cannot depend on them.
SearchBox search_box(const RunContext& context);

/// Collective. Optimization of what a command computes of the variables of a box. False where it was stopped.
bool run_box(const RunContext& context);

}  // namespace spinel
