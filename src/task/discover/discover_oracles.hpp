#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "campaign/structure_sweep.hpp"
#include "core/progress.hpp"
#include "discover/oracle.hpp"
#include "input/target_window.hpp"
#include "run/context.hpp"
#include "stability/entries/hull_entry.hpp"

namespace spinel {

/// Structures whose energies a potential gives, as a sweep of their own beside the run: <prefix>_<name>.journal, which
/// is not needed any more once what it holds is kept elsewhere.
class PotentialEnergies {
 public:
  /// `context` must outlive this. `group`: potential or oracle. `relaxes`: by &relax, else single points.
  PotentialEnergies(const RunContext& context, const char* group, bool relaxes);

  /// Collective. What becomes of each of `structures` (the same on all ranks), on all ranks: energy in eV/atom. Nothing
  /// where it was stopped. `candidate`: number of each.
  std::optional<std::vector<CandidateLabel>> compute(const std::string& name, std::vector<Structure> structures,
                                                     const std::vector<std::int64_t>& candidate);
  /// Collective. InputError where the potential fits none of the first of these: wrong for all of them.
  void check(std::vector<Structure> structures) const;
  /// Collective. The results of compute() of this name are kept elsewhere.
  void forget(const std::string& name);
  /// On rank 0, after compute(): why it was stopped.
  const std::string& stop_reason() const { return stop_reason_; }
  /// What the energies are those of (PotentialMaker::level), on rank 0, after compute(); empty: not known.
  const std::string& level() const { return level_; }

 private:
  const PotentialParameters& parameters() const;
  StructureSet set_of(std::vector<Structure> structures, const std::string& origin) const;

  const RunContext& context_;
  const char* group_;
  bool relaxes_;
  double begin_ = Progress::steady_seconds();
  std::string stop_reason_, level_;
};

/// Labels of candidates that are all there already.
class TableOracle final : public Oracle {
 public:
  /// `value`: [target][candidate], on all ranks; NaN: the table has none.
  explicit TableOracle(std::vector<std::vector<double>> value) : value_(std::move(value)) {}

  std::optional<std::vector<CandidateLabel>> ask(const std::vector<std::int64_t>& candidates,
                                                 std::int64_t round) override;
  const std::vector<std::vector<double>>& values() const { return value_; }

 private:
  std::vector<std::vector<double>> value_;
};

/// A label or a known structure, as a potential left it, as an entry of a hull.
HullEntry entry_of(const CandidateLabel& label, const std::string& id);

/// Energies that a potential gives.
class PotentialOracle final : public Oracle {
 public:
  /// `crystal`: of a candidate, as the potential is given it. `energies` must outlive this.
  PotentialOracle(std::function<Structure(std::int64_t)> crystal, PotentialEnergies& energies)
      : crystal_(std::move(crystal)), energies_(energies) {}

  std::optional<std::vector<CandidateLabel>> ask(const std::vector<std::int64_t>& candidates,
                                                 std::int64_t round) override;

  void is_kept(std::int64_t round) override;

 private:
  std::function<Structure(std::int64_t)> crystal_;
  PotentialEnergies& energies_;
};

/// Labels that others put into files. Where some are missing it writes what is wanted to <prefix>_wanted.xyz (or .csv,
/// of formulas) and waits.
class FileOracle final : public Oracle {
 public:
  /// `windows`: names of the numbers; empty: energies.
  FileOracle(const RunContext& context, const CandidateSource& candidates, std::vector<TargetWindow> windows,
             std::string wanted);

  std::optional<std::vector<CandidateLabel>> ask(const std::vector<std::int64_t>& candidates,
                                                 std::int64_t round) override;
  std::string waits_for() const override { return waits_for_; }

 private:
  const RunContext& context_;
  const CandidateSource& candidates_;
  std::vector<TargetWindow> windows_;
  std::string wanted_, waits_for_;
};

/// Collective. [target][candidate] of a pool, as the input names targets or energies; on all ranks. `kind`: of
/// energies. InputError where the pool has no such number.
std::vector<std::vector<double>> pool_labels(const RunContext& context, const CandidateSource& candidates,
                                             const std::vector<TargetWindow>& windows, EnergyKind& kind);

}  // namespace spinel
