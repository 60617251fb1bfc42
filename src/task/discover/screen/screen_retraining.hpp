#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crystal/structure.hpp"
#include "run/context.hpp"
#include "run/run_files.hpp"
#include "source/structure_source.hpp"

namespace spinel {

/// A crystal with the formation energy that networks are to predict of it, eV/atom.
struct LabelledCrystal {
  std::int64_t candidate = -1;
  Structure structure;
  double formation_energy = 0.0;
};

/// What a retraining was of, and what it changed: mean absolute errors of the ensemble, eV/atom.
struct Retraining {
  std::int64_t round = 0;     ///< whose labels are the last that it has seen; 0: there was none
  std::int64_t n_labels = 0;  ///< of all rounds so far
  double error_before = 0.0;  ///< of these labels
  double error_after = 0.0;   ///< the same of the networks that come of it
  double error_new = 0.0;     ///< before, of the labels that came last, which no network has seen; NaN: there are none
  double seconds = 0.0;
};
inline auto members(Retraining& r) {
  return std::tie(r.round, r.n_labels, r.error_before, r.error_after, r.error_new, r.seconds);
}

/// &discover screen_models as labels come in: after each round every one of them goes on to be trained, on all labels
/// so far and crystals of training_data, drawn anew each time, for retrain_epochs epochs. A network is trained by one
/// rank, so that it is the same for any number of them, and is a file of its own, <prefix>_screen_<number>_<round>.h5.
/// A file that is there, of the same labels and settings, is not made again.
///
/// A label is an energy of the oracle, which has its own zero and level. What networks learn of it is how far the
/// crystal is from the hull of what was known at the start, at the oracle's level, on top of the hull of screen_known
/// at its composition: a formation energy at the level of the networks, so that levels do not mix.
class ScreenRetraining {
 public:
  /// Collective. InputError at &discover training_data. `property`: that the models predict, the name of the number in
  /// the lists; `models_fingerprint`: of screen_models. `context` must outlive this.
  ScreenRetraining(const RunContext& context, RunFiles& files, const std::string& property,
                   std::uint64_t models_fingerprint);

  /// Collective. The files of the networks after `round`, which has labels or follows on one that has; `labels`:
  /// [round] of this and those before, the same on all ranks. Nothing where `stop`, asked by each rank alone, says so.
  std::optional<std::vector<std::string>> models_after(std::int64_t round,
                                                       const std::vector<std::vector<LabelledCrystal>>& labels,
                                                       const std::function<bool()>& stop);
  std::int64_t n_crystals() const;  ///< of the lists
  /// Of the lists.
  std::uint64_t fingerprint() const;

 private:
  std::string key(std::int64_t round, const std::vector<std::vector<LabelledCrystal>>& labels) const;
  std::vector<std::string> paths(std::int64_t round) const;
  bool train(std::size_t member, std::int64_t round, const std::string& from, const std::string& key,
             const std::vector<std::vector<LabelledCrystal>>& labels, const std::function<bool()>& stop);
  std::vector<std::pair<std::size_t, std::int64_t>> draw(std::size_t member, std::int64_t round) const;

  const RunContext& context_;
  std::string stem_, property_;
  std::uint64_t models_fingerprint_;
  std::vector<std::shared_ptr<StructureSource>> lists_;
};

}  // namespace spinel
