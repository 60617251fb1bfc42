#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/vec3.hpp"
#include "crystal/formats/cif/cif_elements.hpp"
#include "crystal/formats/cif/cif_reading.hpp"
#include "crystal/formats/shared_site.hpp"

namespace spinel {

/// A site of the asymmetric unit, fully occupied.
struct CifSite {
  std::string label;
  SiteMeaning meaning;
  bool is_typed = false;  ///< is the meaning that of a type symbol, not of a label?
  Vec3 fractional;
  double occupancy = 1.0;
  std::optional<Vec3> moment;   ///< μB along unit vectors of a, b, c
  std::vector<SitePart> parts;  ///< of Disorder::order: what shares it; the first stands for all
  Species species;              ///< once it is known
};

struct CifSites {
  std::vector<CifSite> sites;
  int line = 1;                ///< of their loop
  bool is_disordered = false;  ///< is the content not that of the formula, since sites are shared or partly occupied?
};

/// The sites of a block. Ions of one element that share a place are one site; what else is shared or partly occupied is
/// as options.disorder has it. InputError where there are no sites, or one has no coordinates.
CifSites read_cif_sites(const CifReading& reading, const Mat3& cell);

/// Shortest distance between two points and their images that are nearest in fractional coordinates, Å.
double image_distance(const Mat3& cell, const Vec3& a, const Vec3& b);

}  // namespace spinel
