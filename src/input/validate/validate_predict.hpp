#pragma once

#include "input/parameters.hpp"

namespace spinel {

/// What must hold between keys of &predict: else InputError.
void check_predict_keys(const Input& input);

}  // namespace spinel
