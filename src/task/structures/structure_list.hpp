#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'energy' or 'relax' on every structure that &structure all = .true. takes: pools of ranks
/// take the next one, largest first, each result goes to a journal at once (campaign/structure_journal.hpp), and the
/// end, or a clean stop, puts all in the order of the list into <prefix>.h5 and an extended XYZ file. What an earlier
/// run finished is not done again. A structure that fails never stops the rest.
bool run_structure_list(const RunContext& context);

/// Collective. What run_structure_list() would find wrong before its first structure.
void check_structure_list(const RunContext& context);

}  // namespace spinel
