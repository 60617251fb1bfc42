#pragma once

#include "core/log.hpp"
#include "core/units.hpp"
#include "input/schema.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// What a calculation is given.
struct RunContext {
  const Communicator& world;
  const Input& input;
  const UnitSystem& units;
  Log& log;
};

}  // namespace spinel
