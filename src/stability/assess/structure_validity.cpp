#include "stability/assess/structure_validity.hpp"

#include <algorithm>
#include <cmath>

#include "crystal/closest_pair.hpp"

namespace spinel {

StructureValidity structure_validity(const Structure& structure, const StructureLimits& limits) {
  StructureValidity result;
  const bool finite = structure.cell.allFinite() && std::all_of(structure.position.begin(), structure.position.end(),
                                                                [](const Vec3& r) { return r.allFinite(); });
  if (!finite || structure.size() == 0) return result;
  result.volume = std::abs(structure.volume());
  // Below it a search for images would not end soon, and nothing is left to find.
  if (!(result.volume >= std::max(limits.minimum_volume, 1e-6))) return result;
  result.shortest_distance = closest_pair(structure).distance;
  result.valid = result.shortest_distance >= limits.minimum_distance;
  return result;
}

}  // namespace spinel
