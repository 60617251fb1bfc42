#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "crystal/structure.hpp"

namespace spinel {

/// Atoms of a cell that share their places in the same way.
struct DisorderedGroup {
  std::vector<std::size_t> atoms;
  std::vector<std::pair<Species, double>> parts;  ///< species and its occupancy; what is left of one is empty
};

/// The smallest supercell, of up to 64 cells and as near to a cube as it gets, in which every occupancy is a whole
/// number of atoms to half a percent; its places are dealt out at random, keyed by `seed`. InputError, without file,
/// where there is none.
Structure ordered_supercell(const Structure& structure, const std::vector<DisorderedGroup>& groups, std::uint64_t seed);

}  // namespace spinel
