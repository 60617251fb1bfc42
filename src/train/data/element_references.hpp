#pragma once

#include <cstdint>
#include <vector>

#include "model/element_places.hpp"

namespace spinel {

/// The value of every element whose sum over the atoms of a crystal (of a property of the whole cell), or mean over
/// them (of a property per atom), comes nearest to the target over `samples`, by least squares. Where the crystals
/// leave values open (elements that come together only), the ones of least norm; 0 for elements that none of them has.
/// In the order of `places`, which has to know them all.
std::vector<double> fit_element_references(const std::int64_t* atom_offset, const std::uint8_t* atomic_number,
                                           const double* target, const std::vector<std::int64_t>& samples,
                                           const ElementPlaces& places, bool per_atom);

}  // namespace spinel
