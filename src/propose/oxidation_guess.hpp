#pragma once

#include <optional>
#include <vector>

#include "stability/composition.hpp"

namespace spinel {

/// The charge (e) of the ions of each part of a composition, one for all atoms of an element: of all neutral choices
/// among the ions that have substitution weights the likeliest, Π p_x(ion)^amount largest, p_x being how often an ion
/// occurs in the crystals that the weights were learned from (those of the ICSD). Nothing where no choice is neutral
/// (to 1e-6 e), which is so for metals, or an element has no ions there.
std::optional<std::vector<int>> guess_oxidation_states(const Composition& composition);

}  // namespace spinel
