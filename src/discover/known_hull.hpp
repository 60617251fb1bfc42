#pragma once

#include <memory>
#include <vector>

#include "parallel/communicator.hpp"
#include "stability/convex_hull.hpp"
#include "stability/entries/hull_entry.hpp"
#include "stability/reference_hull.hpp"

namespace spinel {

/// The convex hull of all that is known so far, and what it says of compositions. Energies in eV/atom.
class KnownHull {
 public:
  /// Entries that are known; `known` is read on rank 0. Nothing is computed yet.
  KnownHull(const Communicator& communicator, EntryList known) : communicator_(communicator), list_(std::move(known)) {}

  const EntryList& entries() const { return list_; }  ///< on rank 0
  /// On rank 0: one more entry, of the same kind of energy.
  void add(HullEntry entry) { list_.entries.push_back(std::move(entry)); }

  /// Collective. The hull of all entries. InputError where an element has no entry of its own.
  void compute();
  /// On rank 0, after compute().
  const HullTable& table() const { return table_; }

  /// The hull at a composition.
  struct Point {
    double energy = 0.0;            ///< as entries have it; NaN where the hull lacks an element
    double formation_energy = 0.0;  ///< from the elements
  };
  /// Collective, after compute(). On all ranks, which bring the same.
  std::vector<Point> at(const std::vector<Composition>& compositions) const;
  /// Collective, after compute(). The entries that the hull is made of at each composition, by their numbers,
  /// ascending; none where it lacks an element. On all ranks, which bring the same.
  std::vector<std::vector<std::int64_t>> phases(const std::vector<Composition>& compositions) const;

 private:
  CandidateTable assess(const std::vector<Composition>& compositions) const;

  Communicator communicator_;
  EntryList list_;
  HullTable table_;
  std::shared_ptr<const ReferenceHull> reference_;  // of what compute() saw
};

}  // namespace spinel
