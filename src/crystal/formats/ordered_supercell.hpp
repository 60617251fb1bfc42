#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crystal/formats/shared_site.hpp"
#include "crystal/structure.hpp"

namespace spinel {

/// Atoms of a cell that share their places in the same way.
struct DisorderedGroup {
  std::vector<std::size_t> atoms;
  std::vector<SitePart> parts;  ///< what is left of one is empty
};

/// Adds an atom to the group that has the parts of its site.
void add_disordered(std::vector<DisorderedGroup>& groups, std::size_t atom, const std::vector<SitePart>& parts);

/// The smallest supercell, of up to 64 cells and 100,000 sites and as near to a cube as it gets, in which every
/// occupancy is a whole number of atoms to half a percent; its places are dealt out at random, keyed by `seed`. Of what
/// atoms have, moments are kept. InputError, without file, where there is none.
Structure ordered_supercell(const Structure& structure, const std::vector<DisorderedGroup>& groups, std::uint64_t seed);

}  // namespace spinel
