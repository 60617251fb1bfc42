#pragma once

#include <cstddef>
#include <cstdint>

namespace spinel {

/// Numbers computed from the composition of a crystal alone: the inputs of a plain perceptron.

/// Properties of elements that composition_statistics knows.
constexpr std::size_t n_element_properties = 8;
/// The name of each, [n_element_properties].
extern const char* const element_property_names[n_element_properties];
/// Atomic number; atomic weight (amu); group (lanthanides and actinides 3); period; Pauling electronegativity; covalent
/// radius (Å); valence electrons in s and p, and in d and f shells of the free atom's ground state.
/// InputError outside 1 … 103.
const double* element_properties(int atomic_number);
/// Two of them by name: Pauling's electronegativity, 0 for He, Ne and Ar, which have none; Cordero's covalent radius
/// (Å).
double pauling_electronegativity(int atomic_number);
double covalent_radius(int atomic_number);

/// Numbers that composition_statistics writes.
constexpr std::size_t n_composition_statistics() { return 4 * n_element_properties; }
/// For every property its mean, mean absolute deviation, minimum and maximum over the atoms.
void composition_statistics(const std::uint8_t* atomic_number, std::size_t n_atoms, float* out);

}  // namespace spinel
