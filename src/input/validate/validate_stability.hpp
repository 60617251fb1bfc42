#pragma once

#include "input/parameters.hpp"

namespace spinel {

/// What must hold between keys of &hull: else InputError.
void check_hull_keys(const Input& input);

}  // namespace spinel
