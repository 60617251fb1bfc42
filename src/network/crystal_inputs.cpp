#include "network/crystal_inputs.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "crystal/composition_features.hpp"
#include "crystal/elements.hpp"

namespace spinel {

void composition_inputs(const PropertyArchitecture& architecture, const std::uint8_t* atomic_number,
                        const std::int32_t* place, std::size_t n_atoms, float* out) {
  if (architecture.mlp.fractions) {
    std::fill_n(out, architecture.elements.size(), 0.0f);
    for (std::size_t i = 0; i < n_atoms; ++i) out[place[i]] += 1.0f;
    for (std::size_t e = 0; e < architecture.elements.size(); ++e) out[e] /= static_cast<float>(n_atoms);
    out += architecture.elements.size();
  }
  if (architecture.mlp.statistics) composition_statistics(atomic_number, n_atoms, out);
}

std::vector<float> crystal_inputs(const PropertyArchitecture& architecture, std::int64_t n,
                                  const std::int64_t* atom_offset, const std::uint8_t* atomic_number,
                                  const std::vector<const double*>& descriptors) {
  const auto width = static_cast<std::size_t>(architecture.mlp.n_inputs(architecture.elements.size()));
  const std::vector<std::int32_t> place_of = architecture.element_place();
  std::vector<float> inputs(static_cast<std::size_t>(n) * width);
  std::vector<std::int32_t> place;
  for (std::int64_t i = 0; i < n; ++i) {
    place.clear();
    for (std::int64_t a = atom_offset[i]; a < atom_offset[i + 1]; ++a) {
      place.push_back(place_of[atomic_number[a]]);
      if (place.back() < 0)
        fail_input("crystal {}: the model does not know the element '{}'", i, element_symbol(atomic_number[a]));
    }
    float* row = inputs.data() + static_cast<std::size_t>(i) * width;
    composition_inputs(architecture, atomic_number + atom_offset[i], place.data(), place.size(), row);
    for (std::size_t d = 0; d < descriptors.size(); ++d)
      row[width - descriptors.size() + d] = static_cast<float>(descriptors[d][i]);
  }
  return inputs;
}

}  // namespace spinel
