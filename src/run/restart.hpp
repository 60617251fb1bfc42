#pragma once

#include <string>
#include <vector>

#include "input/parameters.hpp"

namespace spinel {

/// Compares the input of a restart with the one its checkpoint (at `path`) was written under. Throws InputError for a
/// changed key that the continuation depends on, as the schema says of each key (AtRestart). Returns the other keys
/// that changed, "&dynamics temperature: 300 → 400", without those that may do so silently.
std::vector<std::string> compare_with_checkpoint(const Input& now, const Input& then, const std::string& path);

}  // namespace spinel
