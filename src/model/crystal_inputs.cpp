#include "model/crystal_inputs.hpp"

#include <algorithm>

#include "crystal/composition_features.hpp"

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

}  // namespace spinel
