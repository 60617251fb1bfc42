#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'md': molecular dynamics as &dynamics says, measured as &analysis says, written as &output
/// says; begins anew or continues from the checkpoint as restart_mode says.
void run_md(const RunContext& context);
/// Collective. InputError for what such a run would find wrong before its first step.
void check_md(const RunContext& context);

}  // namespace spinel
