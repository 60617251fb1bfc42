#pragma once

#include "input/parameters.hpp"

namespace spinel {

/// What no single key of &evaluate can say: throws InputError.
void check_evaluate_keys(const Input& input);

}  // namespace spinel
