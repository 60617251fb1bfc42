#pragma once

#include "task/registry.hpp"

namespace spinel {

/// Collective. calculation = 'energy': energy, forces and stress of the structure as it is, into <prefix>.h5 and, where
/// final_structure names one, a structure file with the forces.
void run_energy(const RunContext& context);

}  // namespace spinel
