#pragma once

#include <torch/types.h>

#include <vector>

#include "core/random.hpp"

namespace spinel {

/// Leaves out numbers of a row with the probability `rate`, and divides the others by 1 − rate (Srivastava et al., J.
/// Mach. Learn. Res. 15, 1929 (2014)). Which ones follow from the next random numbers of the row's own sequence, so
/// that a sample loses the same numbers wherever it stands in whatever rank's part of a batch. x: [row][…].
torch::Tensor dropout(const torch::Tensor& x, double rate, std::vector<RandomSequence>& noise);

}  // namespace spinel
