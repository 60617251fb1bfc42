#pragma once

#include <string>

#include "relax/walk.hpp"

namespace spinel {

/// Walks by a minimizer of PETSc's TAO: 'lbfgs' (TAOLMVM), 'blmvm' (TAOBLMVM) or 'cg' (TAOCG, Polak–Ribière–Plus), on
/// distributed vectors of the objective's communicator. TAO makes the directions; lengths are LineSearch's. Returns
/// where the walk is over, or where no acceptable step was found.
void tao_minimize(Walk& walk, const std::string& method);

}  // namespace spinel
