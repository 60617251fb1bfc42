#pragma once

#include <string>

#include "ising/statistics.hpp"

namespace spinel {

/// "1.41421(37)": the value with two digits of its error in units of its last digit.
std::string uncertain_text(const Estimate& estimate);

}  // namespace spinel
