#pragma once

#include <string>
#include <string_view>

#include "crystal/structure.hpp"

namespace spinel {

/// Atomic number (1 … 118) of a symbol, 0 where there is none. 'Si', 'si' and 'SI' are the same.
int atomic_number(std::string_view symbol);
/// "H" … "Og". InputError outside 1 … 118.
const char* element_symbol(int atomic_number);
/// Standard atomic weight (amu): IUPAC 2021, conventional values where the standard is an interval (Prohaska et al.,
/// Pure Appl. Chem. 94, 573 (2022)); the longest-lived isotope where there is no standard.
double atomic_weight(int atomic_number);
/// The symbol most like `label`, for error messages.
std::string nearest_symbol(std::string_view label);

/// The species of a symbol with its standard weight; also D and T. An unknown symbol is an InputError that names the
/// nearest one. With `allow_labels` (reduced units) any label is a species, its atomic number is 0 unless it is written
/// exactly as a symbol, and its mass is 1.
Species species_from_symbol(std::string_view label, bool allow_labels = false);
Species species_from_number(int atomic_number, bool allow_labels = false);

/// Index of the species in structure.species, appended where it is new. Species differ by symbol or by mass.
std::int32_t add_species(Structure& structure, const Species& species);

}  // namespace spinel
