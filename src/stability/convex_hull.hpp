#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parallel/communicator.hpp"
#include "stability/entries/hull_entry.hpp"

namespace spinel {

/// Mixtures, one a row: part j of row i stands at begin[i] + j.
struct Decompositions {
  std::vector<std::int64_t> begin = {0};  ///< [row + 1]
  std::vector<std::int32_t> entry;
  std::vector<double> amount;  ///< fraction of the atoms, above 1e-9; of a row they add up to 1

  std::size_t size() const { return begin.size() - 1; }
};

/// Thermodynamic stability of every entry; energies in eV/atom, indices are those of the entries.
struct HullTable {
  std::vector<double> formation_energy;  ///< from the lowest entry of each element
  /// Above the lower convex hull of all entries in its chemical system; never below 0.
  std::vector<double> energy_above_hull;
  /// Not more than 1e-9 eV/atom above it.
  std::vector<std::uint8_t> stable;
  /// Of a stable entry: its energy minus that of the hull of all other stable ones (pymatgen's
  /// get_equilibrium_reaction_energy). Below 0, and 0 for elements; NaN where the entry is not stable.
  std::vector<double> inverse_hull_distance;
  /// Its energy minus that of the hull of all entries of other compositions, stable or not: the decomposition enthalpy
  /// of Bartel et al., npj Comput. Mater. 6, 97 (2020) (pymatgen's get_phase_separation_energy). For elements, and
  /// where no entry of this composition is stable, the energy above the hull.
  std::vector<double> phase_separation_energy;
  /// What an entry falls apart into at the hull; a stable one is its own.
  Decompositions decomposition;
  /// Element, its lowest entry, and that one's energy (eV/atom), by atomic number.
  struct Reference {
    int atomic_number;
    std::int32_t entry;
    double energy;
  };
  std::vector<Reference> references;
  std::int64_t n_systems = 0;       ///< chemical systems with entries of their own
  std::int64_t n_compositions = 0;  ///< different ones

  std::size_t size() const { return formation_energy.size(); }
};

/// Collective. The hulls of all chemical systems in `entries`, of any number of elements, dealt out over the ranks; the
/// same numbers on any number of ranks. Entries are read, and the table is made, on rank 0; elsewhere it is empty.
/// Throws InputError on all ranks where an element has no entry of its own, naming it, and where there are no entries.
///
/// Systems are taken by number of elements, so that the stable phases of all subsystems are known when a system's own
/// phases join them: nothing else can lie on its hull.
HullTable compute_hull(const Communicator& communicator, const std::vector<HullEntry>& entries);

}  // namespace spinel
