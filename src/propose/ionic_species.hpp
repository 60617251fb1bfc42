#pragma once

#include <string>
#include <string_view>
#include <tuple>

namespace spinel {

/// An element in an oxidation state.
struct IonicSpecies {
  int atomic_number = 0;
  int charge = 0;  ///< e

  bool operator==(const IonicSpecies& o) const { return atomic_number == o.atomic_number && charge == o.charge; }
  bool operator<(const IonicSpecies& o) const {
    return std::tie(atomic_number, charge) < std::tie(o.atomic_number, o.charge);
  }
};

/// "Fe3+", "Na+", "O2-", and "Na1+" too. InputError where it is none.
IonicSpecies parse_ionic_species(std::string_view text);
/// "Fe3+", "Na+", "O2-"; "Fe" without a charge.
std::string name(const IonicSpecies& species);

}  // namespace spinel
