#pragma once

#include "input/parameters.hpp"

namespace spinel {

/// What keys of &train say together.
void check_train_keys(const Input& input);

}  // namespace spinel
