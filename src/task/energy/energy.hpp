#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective. calculation = 'energy': energy, forces and stress of many structures as they are
/// (task/structures/structure_list.hpp), or of one, into <prefix>.h5 and, where
/// final_structure names one, a structure file with the forces.
bool run_energy(const RunContext& context);
/// Collective. InputError for what such a run would find wrong before its first structure.
void check_energy(const RunContext& context);

}  // namespace spinel
