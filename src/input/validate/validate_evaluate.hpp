#pragma once

#include "input/parameters.hpp"

namespace spinel {

/// What must hold between keys of &evaluate: else InputError.
void check_evaluate_keys(const Input& input);

}  // namespace spinel
