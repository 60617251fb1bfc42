#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crystal/structure.hpp"

namespace spinel {

/// Which elements: bit Z of two words, Z = 1 … 118.
struct ElementSet {
  std::uint64_t low = 0, high = 0;

  void insert(int atomic_number) { (atomic_number < 64 ? low : high) |= std::uint64_t{1} << (atomic_number % 64); }
  bool contains(int atomic_number) const {
    return ((atomic_number < 64 ? low : high) >> (atomic_number % 64) & 1) != 0;
  }
  bool contains(const ElementSet& other) const { return (other.low & ~low) == 0 && (other.high & ~high) == 0; }
  bool operator==(const ElementSet& other) const { return low == other.low && high == other.high; }
  int size() const;
  std::vector<int> atomic_numbers() const;  ///< ascending
};

struct ElementSetHash {
  std::size_t operator()(const ElementSet& set) const {
    return std::hash<std::uint64_t>()(set.low * 0x9e3779b97f4a7c15u ^ (set.high + 0x7f4a7c15u) * 0xc2b2ae3d27d4eb4fu);
  }
};

/// How much of each element: any unit, any multiple.
struct Composition {
  struct Part {
    int atomic_number;
    double amount;  ///< above 0
  };
  std::vector<Part> parts;  ///< ascending atomic number, each element once

  /// Adds `amount` ≥ 0 of an element; 0 adds nothing.
  void add(int atomic_number, double amount);
  double n_atoms() const;
  ElementSet elements() const;
  /// InputError where there is no element, or an amount is outside 10⁻⁶ … 10⁹.
  void check() const;
  double fraction(int atomic_number) const;  ///< of the atoms
};

/// "Fe2O3", "Li1 Fe1 P1 O4", "Ca(OH)2", "Li0.5CoO2", "CuSO4·5H2O" (also with * or, before water, a
/// point), brackets () [] {} in any depth; D and T are hydrogen. InputError
/// with the place and the nearest symbol where it is none, without file and line.
Composition parse_formula(std::string_view formula);

/// Atomic number of a key of pymatgen's dictionaries: a symbol with or without an oxidation state ("Fe", "Fe3+",
/// "O2-"). InputError where it is none.
int element_of_key(std::string_view key);

Composition composition_of(const Structure& structure);

/// Elements in the order of Pauling electronegativity, amounts without their common divisor: "Fe2O3", "LiFePO4";
/// amounts that are no integers as they are.
std::string reduced_formula(const Composition& composition);

/// "Fe-Li-O-P", alphabetical.
std::string chemical_system_name(const ElementSet& elements);

}  // namespace spinel
