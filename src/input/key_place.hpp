#pragma once

#include <string>

#include "input/parameters.hpp"

namespace spinel {

/// Where the keys of one group stand in a namelist file: for messages of code that is given the group's parameters and
/// not the whole Input. The locations, those of an Input, must outlive this.
struct KeyPlace {
  const InputLocations* locations;
  std::string group;  ///< without '&'

  KeyPlace(const InputLocations& where, std::string name) : locations(&where), group(std::move(name)) {}

  /// Throws InputError "file:line: &group key: what".
  [[noreturn]] void fail(const std::string& key, const std::string& what) const;
};

}  // namespace spinel
