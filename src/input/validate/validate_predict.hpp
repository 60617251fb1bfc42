#pragma once

#include "input/parameters.hpp"

namespace spinel {

/// What no single key of &predict can say: throws InputError.
void check_predict_keys(const Input& input);

}  // namespace spinel
