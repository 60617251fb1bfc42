#pragma once

#include <vector>

#include "core/log.hpp"
#include "input/schema.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// The calculations of one input, one after the other; a later one may read files that an earlier one writes.

/// Collective. InputError for what a run would find wrong before its first step. Of a calculation that reads what an
/// earlier one writes only the potential is looked at.
void check_sequence(const Communicator& world, const std::vector<Input>& inputs, Log& log);

/// Collective. Checks and runs them. Where one is stopped before its end, those behind it are not begun; max_seconds is
/// counted from the beginning of the first.
void run_sequence(const Communicator& world, const std::vector<Input>& inputs, Log& log);

}  // namespace spinel
