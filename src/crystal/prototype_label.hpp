#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crystal/structure.hpp"

namespace spinel {

/// A prototype with atoms on its sites, in a few words: "L1_2:TiAl3", "hcp:Ti a=2.95 c=4.68".
struct PrototypeLabel {
  std::string prototype;
  std::vector<std::string> species;  ///< one for each letter of the prototype's formula
  double a = 0.0, b = 0.0, c = 0.0;  ///< Å; a = 0: estimated, b and c = 0: as the prototype has them
};

/// The part behind the colon is a formula, whose amounts determine which element sits where ("L1_2:TiAl3" and
/// "L1_2:Al3Ti" are the same; where amounts are alike, the order of the letters counts), or a list in the order of the
/// letters ("L1_2:Al,Ti"). InputError where it is no such label, there is no such prototype, or the formula does not
/// fit it.
PrototypeLabel parse_prototype_label(std::string_view label);

/// One conventional cell. Without a, one of the volume that the atoms have as elements at room temperature, as a start
/// for a relaxation: some percent off for alloys, up to a third in length for salts. InputError where an element has
/// none (At, Fr, Fm and beyond).
Structure make_prototype(const PrototypeLabel& label);

/// Volume of an atom (Å³): molar volume of the element at room temperature (W. M. Haynes, CRC Handbook of Chemistry and
/// Physics), of H, N, O and F what they take in salts; 0 where it is not known.
double atomic_volume(int atomic_number);

/// The prototype of the element's crystal at room temperature and pressure; empty where that is none of prototypes()
/// (Mn, Ga, In, Hg, Sm, most non-metals).
std::string element_prototype(int atomic_number);

}  // namespace spinel
