#include "external/dft_input.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/error.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

std::array<int, 3> k_grid(const Structure& structure, double spacing) {
  constexpr double two_pi = 6.283185307179586;
  const Vec3 heights = perpendicular_heights(structure.cell);
  std::array<int, 3> n = {1, 1, 1};
  for (std::size_t k = 0; k < 3; ++k) {
    // Not one more for the rounding of a division that comes out even.
    const double exact = two_pi / heights[static_cast<Eigen::Index>(k)] / spacing - 1e-9;
    if (structure.periodic[k]) n[k] = static_cast<int>(std::clamp(std::ceil(exact), 1.0, 1e6));
  }
  return n;
}

Structure without_unused_species(const Structure& structure) {
  Structure result = structure;
  result.species.clear();
  std::vector<std::int32_t> place(structure.species.size(), -1);
  for (const std::int32_t type : structure.type) place[static_cast<std::size_t>(type)] = 0;
  for (std::size_t k = 0; k < place.size(); ++k) {
    if (place[k] < 0) continue;
    place[k] = static_cast<std::int32_t>(result.species.size());
    result.species.push_back(structure.species[k]);
  }
  for (std::int32_t& type : result.type) type = place[static_cast<std::size_t>(type)];
  return result;
}

}  // namespace spinel
