#pragma once

#include "input/parameters.hpp"

namespace spinel {

/// What keys of &model say together, and with &train.
void check_model_keys(const Input& input);

}  // namespace spinel
