#pragma once

#include <optional>
#include <vector>

#include "discover/candidate_source.hpp"
#include "discover/known_hull.hpp"
#include "run/context.hpp"
#include "task/discover/discover_oracles.hpp"
#include "task/discover/seen_crystals.hpp"

namespace spinel {

/// Candidates as &potential relaxes them, all of them, before &oracle is asked about some. Those that fail, that become
/// a known crystal or an earlier candidate, or that the hull lacks an element of, are left out with the reason.
class CandidateRelaxation {
 public:
  /// `hull`: of what is known at the level of `energies`, computed before anything is relaxed. All must outlive this.
  CandidateRelaxation(const RunContext& context, const CandidateSource& candidates, const KnownHull& hull,
                      PotentialEnergies& energies)
      : context_(context), candidates_(candidates), hull_(hull), energies_(energies), seen_(context.world) {}

  /// A known crystal, as &potential relaxed it.
  void keep_known(const Structure& structure, const std::string& id) { seen_.keep(structure, id); }

  /// Collective. What becomes of the candidates that are new, on all ranks. A sweep of its own: nothing where it was
  /// stopped, and asked again it goes on where it was.
  std::optional<std::vector<CandidateLabel>> relax_new(std::int64_t round);
  /// Collective. What relax_new() gave in a round is kept where it cannot be lost.
  void is_kept(std::int64_t round);
  /// What relax_new() gave, now or in an earlier run; what is here already is passed over.
  void take(const std::vector<CandidateLabel>& relaxed);

  std::int64_t size() const { return static_cast<std::int64_t>(relaxed_.size()); }
  /// With its energy (eV/atom, of &potential), structure, and why it is left out.
  const CandidateLabel& operator[](std::int64_t i) const { return relaxed_[static_cast<std::size_t>(i)]; }
  bool is_left_out(std::int64_t i) const { return !(*this)[i].failure.empty() || !(*this)[i].repeats.empty(); }
  /// As it was relaxed, without labels.
  Structure structure(std::int64_t i) const;

 private:
  void report(const std::vector<CandidateLabel>& relaxed, std::int64_t round) const;

  const RunContext& context_;
  const CandidateSource& candidates_;
  const KnownHull& hull_;
  PotentialEnergies& energies_;
  SeenCrystals seen_;
  std::vector<CandidateLabel> relaxed_;  // [candidate]
};

}  // namespace spinel
