#pragma once

#include <string>
#include <vector>

#include "core/random.hpp"

namespace spinel {

/// Densities in the plane on which flows are usually shown, and one on the torus [0, 1)². All are known exactly.
///
/// two_moons: two half circles of radius 1, as of scikit-learn's make_moons, with normal noise of 0.1; checkerboard:
/// uniform on every other square of side 2 of [−4, 4]²; eight_gaussians: of deviation 0.5/√2 on a circle of radius
/// 4/√2 (both as of FFJORD, Grathwohl et al., ICLR 2019); torus: three wrapped normal distributions.
struct ToyVectors {
  const char* name;
  double period;  ///< of both columns; 0: none
  void (*draw)(RandomSequence& random, double* x);
  double (*log_density)(const double* x);  ///< −∞ outside
};

/// nullptr where there is none of this name.
const ToyVectors* find_toy(const std::string& name);

}  // namespace spinel
