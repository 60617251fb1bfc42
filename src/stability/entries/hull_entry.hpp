#pragma once

#include <string>
#include <vector>

#include "stability/composition.hpp"

namespace spinel {

/// What an energy is measured from. All entries of one hull share it.
enum class EnergyKind {
  formation,  ///< from the elements
  total       ///< from any zero, as a DFT code or a potential prints it
};

/// One computed compound: a point of a convex hull, or a candidate asked against it.
struct HullEntry {
  std::string id;
  Composition composition;
  double energy = 0.0;  ///< eV/atom
};

struct EntryList {
  std::vector<HullEntry> entries;
  EnergyKind kind = EnergyKind::total;
  std::vector<std::string> left_out;  ///< structures of a relaxation that failed: "file: structure 3"
};

}  // namespace spinel
