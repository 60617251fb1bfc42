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
  double occupancy = 1.0;
};

/// The species of a site. Parts of occupancy 0 do not count, and those of one element (Fe2+ and Fe3+) are one. Of a
/// site that is shared or partly occupied, Disorder::majority takes the most frequent species, with a warning, or none
/// where the site is more empty than full; else it is an InputError that begins with `where`: "site 3 is shared by Fe
/// (0.5) and Mg (0.5)", "site 3 is occupied by Fe to 0.9 only".
std::optional<Species> species_of_site(const std::vector<SitePart>& parts, const std::string& where,
                                       const ReadOptions& options, std::vector<std::string>& warnings);

/// The species of an element as dictionaries name it, an oxidation state behind it passed over: "Fe", "Fe3+", "D".
/// InputError that begins with `where`.
Species species_of_ion(const std::string& symbol, const std::string& where, const ReadOptions& options,
                       std::vector<std::string>& warnings);

}  // namespace spinel
