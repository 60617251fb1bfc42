#pragma once

#include <functional>

#include "crystal/structure.hpp"
#include "run/context.hpp"

namespace spinel {

/// Collective. What a run of one structure would find wrong before its first step: reads one cell of &structure, asks
/// `further` of it, and makes the potential of its species. `further` is collective; the structure is on rank 0.
void check_one_structure(const RunContext& context, const std::function<void(const Structure&)>& further = {});

}  // namespace spinel
