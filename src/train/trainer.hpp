#pragma once

#include <memory>

#include "train/batch_sampler.hpp"
#include "train/flat_weights.hpp"
#include "train/gradient_reducer.hpp"
#include "train/objective.hpp"
#include "train/training.hpp"

namespace spinel {

/// Data-parallel training: every rank holds the whole network and takes a shard of every batch. T: type of the weights.
/// The exponential moving average of the weights (and of running statistics) is a ← d a + (1 − d) w after every step,
/// d = min(decay, (1 + t)/(10 + t)), so that it does not hang on to the first weights; where there is one, it is what
/// is validated and kept as the best model.
template <class T>
class Trainer final : public Training {
 public:
  Trainer(std::unique_ptr<Objective> objective, const TrainerSettings& settings, DataParts parts,
          const Communicator& communicator);

  bool is_done() const override;
  bool step(double own_flag) override;
  double flag() const override { return flag_; }
  std::int64_t n_weights() const override { return weights_.n_weights(); }
  std::int64_t n_steps() const override { return optimizer_.steps; }
  std::int64_t n_batches() const override { return sampler_.n_batches(); }
  const std::vector<Metric>& metrics() const override { return objective_->metrics(); }
  const std::vector<EpochRecord>& history() const override { return history_; }
  const std::vector<double>& step_losses() const override { return step_losses_; }
  bool stopped_early() const override;
  double overlap() const override { return reducer_.overlap(); }
  Assessment assess_best(const std::vector<std::int64_t>& samples) override;
  ModelFile best_model() override;
  void save(CheckpointWriter& out) override;
  void restore(const CheckpointReader& in) override;

 private:
  /// Weights and running statistics of one moment.
  struct Snapshot {
    std::vector<T> weight, buffer;
  };

  double clip();
  void average();
  void end_epoch();
  Assessment assess(const std::vector<std::int64_t>& samples, bool keep_output);
  [[noreturn]] void fail_with_batch(const std::vector<std::int64_t>& batch, double loss, double norm);
  Snapshot take() const;
  void put(const Snapshot& snapshot);
  /// Weights, state of the optimizer, average and best: what a checkpoint holds as arrays.
  std::vector<std::pair<std::string, std::vector<T>*>> arrays();

  std::unique_ptr<Objective> objective_;
  TrainerSettings settings_;
  DataParts parts_;
  Communicator communicator_;
  FlatWeights weights_;
  GradientReducer reducer_;
  Optimizer<T> optimizer_;
  LearningRate rate_;
  BatchSampler sampler_;
  std::int64_t epoch_ = 0, batch_ = 0;  // done epochs, done batches of the present one
  double flag_ = 0.0;
  EpochRecord present_;  // of the present epoch so far; its loss a sum over samples
  std::vector<EpochRecord> history_;
  std::vector<double> step_losses_;
  Snapshot present_weights_;  // while others are in their place, and for a checkpoint
  Snapshot average_, best_;   // empty: none
};

/// A Trainer for the type of the objective's weights, on one thread a rank. Collective.
std::unique_ptr<Training> make_trainer(std::unique_ptr<Objective> objective, const TrainerSettings& settings,
                                       DataParts parts, const Communicator& communicator);

}  // namespace spinel
