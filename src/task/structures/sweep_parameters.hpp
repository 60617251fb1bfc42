#pragma once

#include "campaign/structure_sweep.hpp"

namespace spinel {

/// What the groups of the input ask of the structures of a list; the journal is that of the run.
SweepParameters sweep_parameters(const RunContext& context, const RunFiles& files);

}  // namespace spinel
