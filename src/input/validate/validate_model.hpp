#pragma once

#include "input/parameters.hpp"

namespace spinel {

/// What must hold between keys of &model, and with those of &train.
void check_model_keys(const Input& input);

}  // namespace spinel
