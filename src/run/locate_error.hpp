#pragma once

#include <string>

#include "core/error.hpp"
#include "input/key_place.hpp"

namespace spinel {

/// The message with file, line, group and key in front, where it lacks them: library code that meets a bad value knows
/// the key ("&potential pairs: …", "timestep must be …") but not where it was written. `place`: of the group that the
/// values came from.
std::string locate_message(const KeyPlace& place, const std::string& message);

/// work(), with an InputError's message located as above.
template <class Work>
auto with_location(const KeyPlace& place, Work&& work) {
  try {
    return work();
  } catch (const InputError& error) {
    throw InputError(locate_message(place, error.what()));
  }
}

}  // namespace spinel
