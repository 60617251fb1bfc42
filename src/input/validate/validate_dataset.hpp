#pragma once

#include "input/schema.hpp"

namespace spinel {

/// Whether the keys of &dataset and &convert go together.
void check_dataset(const Input& input);
void check_convert(const Input& input);

}  // namespace spinel
