#pragma once

#include <string>

#include "core/error.hpp"
#include "input/schema.hpp"

namespace spinel {

/// The message with file, line, group and key in front, where it lacks them: library code that meets a bad value knows
/// the key ("&potential pairs: …", "timestep must be …") but not where it was written. `group`: the one the values
/// came from.
std::string locate_message(const Input& input, const std::string& group, const std::string& message);

/// work(), with an InputError's message located as above.
template <class Work>
auto with_location(const Input& input, const std::string& group, Work&& work) {
  try {
    return work();
  } catch (const InputError& error) {
    throw InputError(locate_message(input, group, error.what()));
  }
}

}  // namespace spinel
