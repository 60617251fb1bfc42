#pragma once

#include <string>

#include "crystal/structure.hpp"

namespace spinel {

/// Two atoms, or an atom and its own periodic image, and how far apart they are.
struct ClosestPair {
  double distance;            ///< Å; infinite where there is no pair (one atom, not periodic)
  std::size_t first, second;  ///< from 0; equal for an atom and its image
};

/// The shortest distance between any two atoms, all periodic images included. Time and memory grow linearly with the
/// number of atoms where the density is not far from even.
ClosestPair closest_pair(const Structure& structure);

/// InputError, starting with `where` and naming both atoms (numbered from 1), where two are closer than
/// `minimum_distance` (Å); 0 checks nothing.
void check_overlap(const Structure& structure, double minimum_distance, const std::string& where);

}  // namespace spinel
