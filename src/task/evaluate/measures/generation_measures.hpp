#pragma once

#include <functional>
#include <optional>

#include "task/evaluate/measures/distribution_run.hpp"
#include "task/evaluate/measures/prediction_run.hpp"

namespace spinel {

/// What &measures asks for, and nothing where the group is not given. Members are collective; write() and report() are
/// for rank 0.
class GenerationMeasures {
 public:
  explicit GenerationMeasures(const RunContext& context) {
    if (!context.input.measures.targets.empty()) prediction_.emplace(context);
    if (!context.input.measures.distribution.empty()) distribution_.emplace(context);
  }

  bool needs_energies() const { return distribution_.has_value(); }

  void prepare(StructureSource& set) {
    if (prediction_) prediction_->prepare(set);
  }
  void add(const std::vector<KeyedCell>& crystals) {
    if (prediction_) prediction_->add(crystals);
  }
  /// False where `is_over` said so.
  bool run(const std::vector<EvaluationRow>& rows, const DistributionRun::Crystals& crystals,
           const std::function<bool()>& is_over) {
    return (!prediction_ || prediction_->run(rows, is_over)) &&
           (!distribution_ || distribution_->run(rows, crystals, is_over));
  }
  void write(ResultFile& file) const {
    if (prediction_) prediction_->write(file);
    if (distribution_) distribution_->write(file);
  }
  void report() const {
    if (prediction_) prediction_->report();
    if (distribution_) distribution_->report();
  }

 private:
  std::optional<PredictionRun> prediction_;
  std::optional<DistributionRun> distribution_;
};

}  // namespace spinel
