#pragma once

#include "core/log.hpp"
#include "core/units.hpp"
#include "input/key_place.hpp"
#include "input/schema.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// What a calculation is given. `input` is whole for the task that knows its calculation, for its echo and for the
/// comparison with that of a checkpoint; what a task calls is given the parameters of its groups.
struct RunContext {
  const Communicator& world;
  const Input& input;
  const UnitSystem& units;
  Log& log;

  /// Of the keys of a group, for messages.
  KeyPlace place(const char* group) const { return {input.locations, group}; }
};

}  // namespace spinel
