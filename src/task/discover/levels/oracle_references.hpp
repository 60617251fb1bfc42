#pragma once

#include <optional>
#include <string>
#include <vector>

#include "discover/known_hull.hpp"
#include "discover/round_record.hpp"
#include "task/discover/discover_oracles.hpp"

namespace spinel {

/// What labels of &oracle are measured from: known structures, as &potential left them, each computed by the oracle
/// once in a run, and only where a label needs it. A label needs
///  - the known structures that the hull at &potential's level is made of at its composition;
///  - of each of its elements the lowest known structure at that level; the next one, if it is another crystal and at
///    most 0.05 eV/atom above, is computed too, as levels order such structures differently.
/// Energies of &potential say only which structures these are: they never meet those of the oracle.
class OracleReferences {
 public:
  /// A known structure.
  struct Known {
    std::string id;
    CandidateLabel relaxed;                  ///< by &potential: structure, and energy in eV/atom
    std::optional<CandidateLabel> computed;  ///< by the oracle; `candidate` is the number of the known structure
  };

  /// `known`: on all ranks; in this order they are the entries of `hull`, which is computed, of &potential's energies.
  /// `hull` and `oracle` must outlive this.
  OracleReferences(const KnownHull& hull, PotentialEnergies& oracle, std::vector<Known> known);

  /// Collective. Numbers of known structures that a label needs at each composition, ascending, on all ranks; none
  /// where the hull lacks an element.
  std::vector<std::vector<std::int64_t>> of(const std::vector<Composition>& compositions) const;

  /// Collective. What the oracle says of these as far as it was not asked before, on all ranks. A sweep of its own:
  /// nothing where it was stopped.
  std::optional<std::vector<CandidateLabel>> compute(const std::vector<std::vector<std::int64_t>>& needed,
                                                     std::int64_t round);
  /// Collective. What compute() gave in a round is kept where it cannot be lost.
  void is_kept(std::int64_t round);
  /// What compute() gave, now or in an earlier run.
  void take(const std::vector<CandidateLabel>& computed);

  /// Are all of them computed, and none failed?
  bool have(const std::vector<std::int64_t>& numbers) const;
  /// Why nothing can be measured from them, all computed; empty: it can.
  std::string failure(const std::vector<std::int64_t>& numbers) const;

  /// Of the hull at the oracle's level: those whose elements all have an energy. On all ranks.
  std::vector<HullEntry> entries() const;

  std::int64_t size() const { return static_cast<std::int64_t>(known_.size()); }
  const Known& operator[](std::int64_t number) const { return known_[static_cast<std::size_t>(number)]; }
  std::int64_t n_computed() const;

 private:
  void find_lowest();

  const KnownHull& hull_;
  PotentialEnergies& oracle_;
  std::vector<Known> known_;
  std::vector<std::int64_t> lowest_, second_;  // [atomic number] known structure of the element alone; −1: none
};

}  // namespace spinel
