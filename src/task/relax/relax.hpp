#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'relax': many structures (task/structures/structure_list.hpp), or one over all ranks, with
/// a table of its steps, a trajectory where wanted, and checkpoints of the point it has come to.
bool run_relax(const RunContext& context);
/// Collective. InputError for what such a run would find wrong before its first structure.
void check_relax(const RunContext& context);

}  // namespace spinel
