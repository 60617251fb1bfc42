#pragma once

#include "crystal/structure.hpp"

namespace spinel {

/// What a structure must keep to be one.
struct StructureLimits {
  double minimum_distance = 0.5;  ///< Å
  double minimum_volume = 0.1;    ///< Å³ of the whole cell
};

struct StructureValidity {
  double shortest_distance = 0.0;  ///< Å, between any two atoms, images of one atom included; 0 where not finite
  double volume = 0.0;             ///< Å³
  bool valid = false;
};

/// Structural validity as CDVAE defines it (Xie et al., ICLR 2022): no two atoms closer than 0.5 Å, and a volume of at
/// least 0.1 Å³. An atom and its own images count as two, which CDVAE leaves out; that differs only for cells with a
/// lattice vector below the minimum distance. Coordinates or cells that are not finite, or no atoms, are not valid;
/// nothing throws.
StructureValidity structure_validity(const Structure& structure, const StructureLimits& limits = {});

}  // namespace spinel
