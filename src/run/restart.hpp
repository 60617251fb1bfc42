#pragma once

#include <string>
#include <vector>

#include "io/checkpoint.hpp"
#include "run/context.hpp"
#include "run/run_files.hpp"

namespace spinel {

/// Compares the input of a restart with the one its checkpoint (at `path`) was written under. Throws InputError for a
/// changed key that the continuation depends on, as the schema states for each key (AtRestart). Returns the other keys
/// that changed, "&dynamics temperature: 300 → 400", without those that may do so silently.
std::vector<std::string> compare_with_checkpoint(const Input& now, const Input& then, const std::string& path);

/// Collective. Does this run continue from its checkpoint? InputError where restart_mode requires it and there is
/// none.
bool restart_is_wanted(const RunContext& context, const RunFiles& files);
/// Collective. The input of this run against that of the checkpoint, as above.
std::vector<std::string> check_restart(const RunContext& context, const RunFiles& files,
                                       const CheckpointReader& reader);

}  // namespace spinel
