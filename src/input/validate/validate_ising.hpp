#pragma once

#include "input/parameters.hpp"

namespace spinel {

// Parts of validate(), each of one group: InputError where its keys do not go together.
void check_ising(const Input& input);
void check_phase(const Input& input);

}  // namespace spinel
