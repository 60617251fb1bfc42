#pragma once

#include <cstddef>
#include <cstdint>

#include "model/property_architecture.hpp"

namespace spinel {

/// The first inputs of a perceptron, those that follow from the composition: fractions of the architecture's elements,
/// then composition_statistics, as far as it has them. `place`: [atom] of its element in the architecture; out: that
/// many numbers, whatever follows is left alone.
void composition_inputs(const PropertyArchitecture& architecture, const std::uint8_t* atomic_number,
                        const std::int32_t* place, std::size_t n_atoms, float* out);

}  // namespace spinel
