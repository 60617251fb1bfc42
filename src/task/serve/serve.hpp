#pragma once

#include "run/context.hpp"

namespace spinel {

/// calculation = 'serve': energies and forces for a program that asks through an i-PI socket, such as i-PI itself or
/// ASE. Each pool of ranks is a client of its own.
bool run_serve(const RunContext& context);
void check_serve(const RunContext& context);

}  // namespace spinel
