#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "campaign/structure_list_results.hpp"
#include "campaign/structure_sweep.hpp"
#include "run/context.hpp"
#include "source/structure_source.hpp"
#include "stability/assess/set_matcher.hpp"
#include "stability/entries/hull_entry.hpp"
#include "task/evaluate/evaluate_traits.hpp"

namespace spinel {

/// What is known of a set before anything is computed, on rank 0.
struct SetContents {
  std::vector<std::string> formulas;  ///< reduced, each once
  ElementSet elements;
};

/// The structures that calculation = 'evaluate' is about: as the list of &structure has them, or as a relaxation with
/// &potential leaves them.
class EvaluationSet {
 public:
  /// Collective. Opens the list. InputError at the key where it cannot be read.
  explicit EvaluationSet(const RunContext& context);

  std::int64_t size() const { return n_; }
  /// On rank 0. Reads every structure once. InputError where energies are needed and one has none, or they are of two
  /// kinds.
  SetContents look_through(bool needs_energies);
  /// Known on rank 0 after look_through().
  EnergyKind energy_kind() const { return kind_; }
  std::uint64_t fingerprint() const { return source_->fingerprint(); }

  /// Collective. InputError where the potential cannot be what relaxes the set.
  void check_potential_fits();
  /// Collective. Relaxes what is to be relaxed and not done yet. False where a stop came before the end.
  bool prepare();
  const std::string& stop_reason() const { return sweep_->stop_reason(); }
  bool is_relaxed() const { return sweep_ != nullptr; }

  /// On rank 0, after prepare().
  EvaluatedStructure get(std::int64_t number);
  /// On rank 0. What the relaxations left, in a result file and as extended XYZ. Nothing where there were none.
  std::optional<StructureListSummary> write(ResultFile& file, const RunFiles& files);

 private:
  StructureSet to_relax() const;
  double energy_of(const Structure& structure, const Composition& composition, std::optional<EnergyKind>& kind) const;

  const RunContext& context_;
  std::shared_ptr<StructureSource> source_;
  std::unique_ptr<StructureSweep> sweep_;
  std::int64_t n_ = 0;
  bool needs_energies_ = false;
  EnergyKind kind_ = EnergyKind::total;
};

/// The structures of &evaluate reference that a set can repeat.
struct ReferenceCells {
  std::int64_t size = 0;  ///< of the whole reference
  std::uint64_t fingerprint = 0;
  std::vector<std::string> names;  ///< of those in cells, by their numbers, on rank 0
  std::vector<KeyedCell> cells;    ///< on all ranks
};

/// Collective. Reads the reference and reduces what has one of `formulas` (rank 0's). InputError at the key where
/// something cannot be read.
ReferenceCells read_reference_cells(const RunContext& context, const std::vector<std::string>& formulas);

/// The identifier that a file gives a structure, by the usual keys; empty where there is none.
std::string identifier_of(const Structure& structure);

}  // namespace spinel
