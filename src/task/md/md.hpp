#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'md': molecular dynamics by &dynamics, measured by &analysis, written by &output; begins
/// anew or continues from the checkpoint, by restart_mode.
bool run_md(const RunContext& context);
/// Collective. InputError for what such a run would find wrong before its first step.
void check_md(const RunContext& context);

}  // namespace spinel
