#pragma once

namespace spinel {

/// Properties of elements that composition fingerprints are made of, and the elements that have them: H … Cn.
constexpr int n_magpie_properties = 22;
constexpr int n_magpie_elements = 112;

/// "Number", …, "SpaceGroupNumber", as Magpie calls them, [n_magpie_properties].
extern const char* const magpie_property_names[n_magpie_properties];

/// Atomic number; Mendeleev number; atomic weight (amu); melting temperature (K); column and row of the periodic table;
/// covalent radius (pm); Pauling electronegativity; valence electrons in s, p, d, f and all shells; electrons missing
/// in these five; of the ground state by density-functional theory: volume per atom (Å³), band gap (eV), magnetic
/// moment per atom (μB); space group: [n_magpie_properties]. InputError outside 1 … 112.
const double* magpie_properties(int atomic_number);

}  // namespace spinel
