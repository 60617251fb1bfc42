#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fingerprint/crystal_nn.hpp"
#include "fingerprint/pointwise_distances.hpp"
#include "fingerprint/set_measures.hpp"
#include "io/result_file.hpp"
#include "run/context.hpp"
#include "source/structure_source.hpp"
#include "stability/entries/hull_entry.hpp"
#include "task/evaluate/evaluation_row.hpp"

namespace spinel {

/// How far the distribution of a set is from that of real crystals (doc/evaluation.md): coverage in spaces of
/// fingerprints, and Wasserstein distances of density, number of elements and energy. Members are collective unless
/// they state otherwise.
class DistributionRun {
 public:
  /// Opens &measures distribution. InputError at the key where it cannot be opened.
  explicit DistributionRun(const RunContext& context);

  /// Where crystals of the set come from, as they are measured.
  struct Crystals {
    /// Crystal `number`, on the ranks where `is_everywhere`, else on rank 0. InputError where there is none.
    std::function<Structure(std::int64_t number)> get;
    bool is_everywhere = true;
  };
  /// `rows` on rank 0. Asks `is_over` between pieces of work, on all ranks alike; false where that said so.
  bool run(const std::vector<EvaluationRow>& rows, const Crystals& crystals, const std::function<bool()>& is_over);

  /// On rank 0.
  void write(ResultFile& file) const;
  void report() const;

 private:
  /// What is counted of a crystal of the distribution, as EvaluationRow has it of the set.
  struct Member {
    double density = 0.0, energy = 0.0;  ///< g/cm³; eV/atom, NaN: none
    std::int64_t n_elements = 0;
    EnergyKind energy_kind = EnergyKind::total;
    bool valid_structure = false, valid_composition = false, valid_composition_icsd24 = false;
  };
  friend auto members(Member& m) {
    return std::tie(m.density, m.energy, m.n_elements, m.energy_kind, m.valid_structure, m.valid_composition,
                    m.valid_composition_icsd24);
  }
  /// Of some crystals, those without CrystalNN fingerprint apart.
  struct Fingerprints;
  /// A space, or two taken together, in which sets may cover each other.
  struct Space {
    const char *key, *name, *unit;
    double cutoff = 0.0;
    NearestInSet nearest;  ///< on rank 0; of the crystals that have the fingerprint, in their order
    Coverage coverage;     ///< together with the composition
  };
  /// A number whose distributions are compared.
  struct Quantity {
    std::string name, unit;
    bool is_rate = false;
    double set = 0.0, reference = 0.0;  ///< means
    double distance = 0.0;              ///< Wasserstein; NaN: none
  };

  Member look(const Structure& structure) const;
  void compare(const std::vector<EvaluationRow>& rows);

  const RunContext& context_;
  std::shared_ptr<StructureSource> list_;
  std::vector<std::string> problems_;  // of crystals that cannot be read
  std::vector<Member> reference_;
  std::int64_t n_set_ = 0, n_set_known_ = 0, n_set_coordinated_ = 0;  // all; with fingerprints; with CrystalNN's too
  std::int64_t n_reference_coordinated_ = 0;
  std::vector<Space> spaces_;
  std::vector<Quantity> quantities_;
};

}  // namespace spinel
