#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace spinel {

/// What counts where a file contradicts itself: its sites and operations say one thing, its chemical formula, the
/// number of formula units or the name of its space group another.
enum class Trust {
  both,     ///< a contradiction is an InputError that shows both
  sites,    ///< what is written of sites and operations is taken, with a warning
  formula,  ///< formula and named group decide what labels and operations mean, with a warning
};

/// What becomes of sites that are shared or partly occupied.
enum class Disorder {
  refuse,    ///< an InputError that names the site
  majority,  ///< the most frequent of a site's elements has it; a site more empty than full is left out
  order,     ///< CIF and JSON: the smallest supercell that the occupancies fit, its places dealt out at random
};

/// In what the numbers under `stress` are given.
enum class StressUnit {
  automatic,  ///< eV/Å³, tension positive; kilobar where a document is known to have it; a value above 1 is an error
  ev_a3,      ///< eV/Å³, tension positive
  gpa,        ///< GPa, tension positive
  kbar,       ///< kilobar, pressure positive, as VASP prints it
};

/// Names of keys or columns where they are not the usual ones; empty: the usual ones.
struct LabelKeys {
  std::string energy, forces, stress, virial, magnetic_moments, charges;
};

/// How structures are read, in any format.
struct ReadOptions {
  bool allow_labels = false;         ///< reduced units: any label is a species of mass 1 (species_from_symbol)
  std::vector<std::string> species;  ///< for a VASP 4 POSCAR: the symbols it lacks
  /// Element of a label that is none: "1" → "Mg" (a LAMMPS type), "T1" → "Si".
  std::map<std::string, std::string> type_map;
  Trust trust = Trust::both;
  Disorder disorder = Disorder::refuse;
  std::uint64_t disorder_seed = 1;  ///< of the random draws of Disorder::order
  StressUnit stress_unit = StressUnit::automatic;
  LabelKeys keys;
  bool constraints = true;  ///< are fixed atoms of interest, so that it is an error where they cannot be had?
};

}  // namespace spinel
