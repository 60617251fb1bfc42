#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "network/property_architecture.hpp"

namespace spinel {

/// The first inputs of a perceptron, those that follow from the composition: fractions of the architecture's elements,
/// then composition_statistics, as far as it has them. `place`: [atom] of its element in the architecture; out: that
/// many numbers, whatever follows is left alone.
void composition_inputs(const PropertyArchitecture& architecture, const std::uint8_t* atomic_number,
                        const std::int32_t* place, std::size_t n_atoms, float* out);

/// All inputs of a perceptron for many crystals, [crystal][inputs]. atom_offset: [n + 1]; descriptors: for each of
/// those of the architecture [crystal]. InputError that names crystal and element where the architecture lacks one.
std::vector<float> crystal_inputs(const PropertyArchitecture& architecture, std::int64_t n,
                                  const std::int64_t* atom_offset, const std::uint8_t* atomic_number,
                                  const std::vector<const double*>& descriptors);

}  // namespace spinel
