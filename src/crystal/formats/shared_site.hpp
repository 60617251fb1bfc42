#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crystal/formats/read_options.hpp"
#include "crystal/structure.hpp"

namespace spinel {

/// What one species has of a site.
struct SitePart {
  Species species;
  double occupancy = 1.0;  ///< NaN: the file does not say
};

/// What is at a site once `options.disorder` has decided.
struct SiteContent {
  std::optional<Species> species;  ///< none: the site is empty. Of Disorder::order the first of the parts
  std::vector<SitePart> parts;     ///< of Disorder::order, where the site is shared or partly occupied: all of it
  bool is_disordered = false;      ///< is the site shared or partly occupied?
};

/// The content of a site. Parts of occupancy 0 do not count, and those of one element (Fe2+ and Fe3+) are one, full
/// where they are full together to two percent. Of a site that is shared or partly occupied, Disorder::majority takes
/// the most frequent species, with a warning, or none where the site is more empty than full; Disorder::order leaves
/// its parts to ordered_supercell. Else, and where the occupancies are more than one site has, it is an InputError that
/// begins with `where`: "site 3 is shared by Fe (0.5) and Mg (0.5)", "site 3 has the occupancy 0.9".
SiteContent content_of_site(const std::vector<SitePart>& parts, const std::string& where, const ReadOptions& options,
                            std::vector<std::string>& warnings);

}  // namespace spinel
