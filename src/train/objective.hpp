#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <string>
#include <vector>

#include "model/model_file.hpp"
#include "train/batch.hpp"
#include "train/metric.hpp"

namespace spinel {

/// What a trainer makes smaller: a network and the data it is shown, behind one interface for crystals → number or
/// class, spins → phase, structures → energy, forces and stress. Samples are numbered from 0 over all of the data;
/// which of them are for training is for the trainer to know.
///
/// All members are called by every rank of the trainer's communicator in the same order, those marked collective with
/// the same arguments but for the samples, which are each rank's own and may be none.
class Objective {
 public:
  virtual ~Objective() = default;

  /// The network. Its parameters, all of one floating-point type, keep their storage from the first call on: the
  /// trainer moves it to one block of its own.
  virtual torch::nn::Module& module() = 0;

  virtual std::int64_t n_samples() const = 0;
  /// Work that a sample makes, in any unit (edges of its graph): shards of a batch are balanced by it.
  virtual double cost(std::int64_t sample) const = 0;
  /// The name by which a person finds the sample: the id of its record.
  virtual std::string name(std::int64_t sample) const = 0;

  /// Epoch `epoch`, from 0, is about to begin or to go on.
  virtual void begin_epoch(std::int64_t epoch) { static_cast<void>(epoch); }

  /// Collective. This rank's part of the loss of a batch, a scalar that backward() can be called on: summed over the
  /// ranks it is the mean over the samples of the whole batch. Without samples it is 0 and still depends on the
  /// parameters where the network communicates in forward or backward (batch normalization), so that this rank takes
  /// part in both. May differentiate inside (forces), with create_graph. A function of the weights and the batch alone:
  /// what is random follows from the batch's numbers.
  virtual torch::Tensor loss(const Batch& batch) = 0;

  /// The first one, the smaller the better, decides which model is the best one, when to lower the learning rate and
  /// when to stop.
  virtual const std::vector<Metric>& metrics() const = 0;
  /// Numbers that the network predicts of a sample (1; classes: their probabilities; energy, stress and forces).
  virtual std::int64_t n_outputs(std::int64_t sample) const = 0;
  /// Not collective; the module is in eval mode. Adds the metrics of these samples, and writes their predictions in the
  /// target's unit to `output`, n_outputs of one sample after those of another.
  virtual void assess(const std::vector<std::int64_t>& samples, MetricSums& sums, double* output) = 0;

  /// The network with its present weights as a file that predictions need nothing else but: architecture with
  /// normalization, element features and graph settings inside.
  virtual ModelFile model_file() = 0;
};

}  // namespace spinel
