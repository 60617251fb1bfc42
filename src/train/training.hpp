#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/checkpoint.hpp"
#include "model/model_file.hpp"
#include "train/learning_rate.hpp"
#include "train/metric.hpp"
#include "train/optimizer.hpp"

namespace spinel {

/// How one network is trained. The keys of &train by the same names describe what each is for.
struct TrainerSettings {
  std::int64_t epochs = 100;
  std::int64_t batch_size = 256;
  OptimizerSettings optimizer;
  LearningRateSettings learning_rate;      ///< its `epochs` are those above
  double clip_norm = 0.0;                  ///< largest norm of the gradient of all weights; 0: no limit
  double average_decay = 0.0;              ///< of the exponential moving average of the weights; 0: none
  std::int64_t early_stopping = 0;         ///< epochs without improvement after which it ends; 0: never
  std::int64_t bucket_bytes = 256 * 1024;  ///< of a message of gradients
  std::uint64_t seed = 1, member = 0;
};

/// Samples by what they are for; numbers of Objective's samples.
struct DataParts {
  std::vector<std::int64_t> train, validation, test;
};

struct EpochRecord {
  std::int64_t epoch = 0;          ///< from 1
  double learning_rate = 0.0;      ///< of its last step
  double loss = 0.0;               ///< mean over its batches, each before its step
  double gradient_norm = 0.0;      ///< largest of its steps, before clipping
  std::vector<double> validation;  ///< [metric] of the validation part, or where that is empty of the loss alone
  bool is_best = false;            ///< so far
};

/// What a network predicts of samples, and how good that is.
struct Assessment {
  std::vector<double> metrics;  ///< [metric]
  std::vector<double> output;   ///< n_outputs of each sample in the order asked for, on rank 0 of the trainer's ranks
};

/// One network being trained: a loop over step() until is_done(), which may stop and go on in another process between
/// any two steps. All members that are not const are collective over the trainer's ranks. Free of torch's headers: the
/// program holds a Training that the library of networks made.
class Training {
 public:
  virtual ~Training() = default;

  virtual bool is_done() const = 0;
  /// One batch; behind the last one of an epoch also validation, the schedule's and the best model's turn. Returns
  /// whether an epoch ended by it. Every rank gives a number of its own (RunControl::flag), and finds the
  /// largest of all ranks in flag(). CollectiveError where the loss is not finite, with the names of the batch.
  virtual bool step(double own_flag) = 0;
  virtual double flag() const = 0;

  virtual std::int64_t n_weights() const = 0;
  virtual std::int64_t n_steps() const = 0;    ///< done
  virtual std::int64_t n_batches() const = 0;  ///< in an epoch
  virtual const std::vector<Metric>& metrics() const = 0;
  virtual const std::vector<EpochRecord>& history() const = 0;
  virtual const std::vector<double>& step_losses() const = 0;  ///< [step] mean loss of each batch before its step
  virtual bool stopped_early() const = 0;
  /// Share of the messages of gradients that were on their way before backward ended.
  virtual double overlap() const = 0;

  /// The best weights so far on samples of any part.
  virtual Assessment assess_best(const std::vector<std::int64_t>& samples) = 0;
  virtual ModelFile best_model() = 0;

  /// The whole state under names that begin with "training/"; restore() continues from it bitwise on the same number of
  /// ranks.
  virtual void save(CheckpointWriter& out) = 0;
  virtual void restore(const CheckpointReader& in) = 0;
};

}  // namespace spinel
