#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spinel {

/// How the learning rate goes during training.
struct LearningRateSettings {
  std::string schedule = "constant";  ///< constant | cosine | step | plateau
  double base = 1e-3;
  double minimum = 0.0;             ///< where cosine ends, below which plateau and step do not go
  double factor = 0.1;              ///< of step and plateau
  std::vector<std::int64_t> steps;  ///< step: epochs after which the rate is multiplied by factor
  std::int64_t patience = 10;       ///< plateau: epochs without improvement before the rate is lowered
  double threshold = 1e-4;          ///< plateau: relative improvement that counts
  double warm_up = 0.0;             ///< epochs over which it rises linearly from near 0 at first
  std::int64_t epochs = 1;          ///< of the whole training: where cosine ends
};

/// The learning rate at any step; for `plateau` also a memory, which a checkpoint keeps.
///
/// cosine: minimum + (base − minimum)·(1 + cos πx)/2, x the share of the steps behind the warm-up that are done
/// (Loshchilov & Hutter, ICLR 2017, without restarts). plateau: as PyTorch's ReduceLROnPlateau with a relative
/// threshold. During the warm-up the rate is that of the schedule times (step + 1)/(steps of the warm-up).
class LearningRate {
 public:
  LearningRate(const LearningRateSettings& settings, std::int64_t steps_per_epoch);

  /// For step `step`, counted from 0 over all epochs.
  double at(std::int64_t step) const;
  /// Once after each epoch, with the value by which the model is judged, the smaller the better.
  void epoch_done(double value);

  /// The memory of `plateau`: factor so far, best value, epochs since.
  std::vector<double> state() const { return {scale_, best_, static_cast<double>(waited_)}; }
  void restore(const std::vector<double>& state);

 private:
  LearningRateSettings settings_;
  std::int64_t steps_per_epoch_;
  double scale_ = 1.0, best_;
  std::int64_t waited_ = 0;
};

}  // namespace spinel
