#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "io/result_file.hpp"
#include "run/context.hpp"
#include "source/structure_source.hpp"
#include "stability/assess/bootstrap.hpp"
#include "stability/assess/set_matcher.hpp"
#include "stability/measures/baselines.hpp"
#include "stability/measures/prediction_measures.hpp"
#include "task/evaluate/evaluation_row.hpp"

namespace spinel {

/// Structure prediction: how well the crystals of a set match the targets that they were made for, and how well
/// crystals do that were made without a model (doc/evaluation.md). Members are collective unless they state otherwise.
class PredictionRun {
 public:
  /// Opens &measures targets and training. InputError at the key where one cannot be opened.
  explicit PredictionRun(const RunContext& context);

  /// Reads targets, training set and what the set says of itself. InputError where a target cannot be read or two have
  /// one id, where a crystal of the set has no target, or an unknown one, and where none has its target's composition.
  void prepare(StructureSource& set);

  /// On all ranks alike: the next crystals of the set, in order.
  void add(const std::vector<KeyedCell>& crystals) { cells_.insert(cells_.end(), crystals.begin(), crystals.end()); }

  /// Matches everything; `rows` on rank 0. Asks `is_over` between pieces of work, on all ranks alike; false where that
  /// said so.
  bool run(const std::vector<EvaluationRow>& rows, const std::function<bool()>& is_over);

  /// On rank 0.
  void write(ResultFile& file) const;
  void report() const;

 private:
  struct Target {
    std::string id, formula;
    Composition contents;
    PredictionTarget what;
    std::int64_t n_samples = 0;
  };
  /// Crystals that are compared with the targets: those of the set, or of a baseline.
  struct Method {
    std::string key, name;                            ///< in the result file, and in words
    std::vector<PredictionMatcher::Matches> matches;  ///< [target]
  };
  struct Row {
    std::string crystals, among, k;
    std::int64_t samples = 0;
    PredictionTolerance tolerance;
    std::array<BootstrapEstimate, n_prediction_measures> estimate;
    const BootstrapEstimate& operator[](PredictionMeasure measure) const {
      return estimate[static_cast<std::size_t>(measure)];
    }
  };

  void read_targets();
  void read_training();
  void read_set(StructureSource& set);
  void pair(const std::vector<std::string>& names, const std::vector<std::string>& formulas,
            const StructureSource& set);
  [[noreturn]] void fail(const char* key, const std::string& what) const;
  /// The crystals of a method with the formula of these targets.
  std::vector<Prediction> predictions(std::size_t method, const std::string& formula,
                                      const std::vector<std::int64_t>& targets) const;
  std::optional<Structure> baseline(const std::string& key, std::int64_t target, std::int64_t sample) const;
  void estimate();
  const Method& set_method() const { return methods_.front(); }

  const RunContext& context_;
  std::shared_ptr<StructureSource> target_list_, training_list_;
  std::vector<std::string> training_problems_;
  PredictionMatcher matcher_;
  std::vector<Target> targets_;
  std::unique_ptr<Baselines> baselines_;
  std::vector<std::int64_t> target_of_, sample_of_;                        // [crystal of the set] −1: none
  std::int64_t n_samples_ = 1;                                             // the most that a target has
  std::vector<KeyedCell> cells_;                                           // [crystal of the set]
  std::unordered_map<std::string, std::vector<std::size_t>> crystals_of_;  // places in cells_, by reduced formula
  std::vector<std::int64_t> valid_;                                        // [crystal of the set]
  std::vector<Method> methods_;
  std::vector<std::array<double, n_prediction_tolerances>> rms_;  // [crystal of the set] to its target
  std::vector<Row> rows_;                                         // on rank 0
};

}  // namespace spinel
