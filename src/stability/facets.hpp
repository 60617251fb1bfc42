#pragma once

#include <cstdint>
#include <vector>

#include "stability/entries/hull_entry.hpp"

namespace spinel {

/// The facets of a lower convex hull as qhull finds them: tie lines, triangles and tetrahedra of a phase diagram.
/// points: [n][k − 1 fractions, energy], row-major, of k ≥ 2 elements, the pure elements among them. Returns k indices
/// of points for each facet. Where more than k points lie in one plane, qhull's triangulation of it. Throws Error with
/// qhull's words where it fails.
std::vector<std::int32_t> lower_facets(const std::vector<double>& points, std::size_t n_elements);

/// The facets over all elements that occur in `entries`, of those marked by `stable`; indices of entries, as many a
/// facet as there are elements. Energies: formation energies.
std::vector<std::int32_t> hull_facets(const std::vector<HullEntry>& entries,
                                      const std::vector<double>& formation_energy,
                                      const std::vector<std::uint8_t>& stable);

}  // namespace spinel
