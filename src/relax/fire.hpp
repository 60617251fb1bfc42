#pragma once

#include "relax/walk.hpp"

namespace spinel {

/// The fast inertial relaxation engine, FIRE (Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006)), as FIRE 2.0
/// (Guénolé et al., Comput. Mater. Sci. 175, 109584 (2020)): semi-implicit Euler steps of unit masses, and half a step
/// back where the power turns negative. Uses forces only. Walks until the walk is over.
void fire(Walk& walk);

}  // namespace spinel
