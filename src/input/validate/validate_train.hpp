#pragma once

#include "input/parameters.hpp"

namespace spinel {

/// What must hold between keys of &train: else InputError.
void check_train_keys(const Input& input);

}  // namespace spinel
