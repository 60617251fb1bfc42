#pragma once

#include "input/parameters.hpp"

namespace spinel {

/// What no single key of &hull can say: throws InputError.
void check_hull_keys(const Input& input);

}  // namespace spinel
