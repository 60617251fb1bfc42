#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "parallel/communicator.hpp"
#include "stability/convex_hull.hpp"
#include "stability/entries/hull_entry.hpp"
#include "stability/phases.hpp"

namespace spinel {

/// What is kept of a hull to ask candidates against it: the stable entries and the energies of the elements.
struct StoredHull {
  EnergyKind kind = EnergyKind::total;  ///< of the energies it was made from
  std::vector<HullEntry> stable;        ///< energy: formation energy, eV/atom
  std::vector<double> reference;        ///< [atomic number] eV/atom of the element; NaN: none
  std::string run_type{};               ///< of the energies; empty: not stated
};
/// The stable entries of a table.
StoredHull stored_hull(const std::vector<HullEntry>& entries, const HullTable& table, EnergyKind kind);

/// Candidates against a reference: energies in eV/atom.
struct CandidateTable {
  std::vector<double> formation_energy;   ///< from the reference's elements
  std::vector<double> energy_above_hull;  ///< of the reference; negative: below it. NaN: an element is missing there
  Decompositions decomposition;           ///< parts: indices into StoredHull::stable
  ElementSet missing;                     ///< elements of candidates that the reference lacks
  std::int64_t n_missing = 0;             ///< candidates with such an element
  std::int64_t n_systems = 0;             ///< chemical systems of the candidates

  std::size_t size() const { return formation_energy.size(); }
};

/// The lower hull of stored stable entries, on every rank.
class ReferenceHull {
 public:
  /// Collective; `hull` is read on rank 0.
  ReferenceHull(const Communicator& communicator, const StoredHull& hull);

  /// Collective. Each candidate by itself: they do not compete with each other. Candidates are read, and the table is
  /// made, on rank 0. InputError on all ranks for total energies against a hull of formation energies.
  CandidateTable assess(const EntryList& candidates) const;

 private:
  Communicator communicator_;
  EnergyKind kind_;
  std::vector<double> reference_;
  Phases phases_;
};

}  // namespace spinel
