#pragma once

#include <chrono>
#include <string>

#include "input/parameters.hpp"

namespace spinel {

/// What asks a running calculation to save or to stop besides its own schedule: a signal on any rank, max_seconds, and
/// the wall time between checkpoints. Each rank's view is one number; its maximum over ranks, which travels with
/// ForceField's decision of every update, is what all of them act on, so they act at the same step.
class RunControl {
 public:
  /// The clock starts now. `keeps_time`: on one rank only, whose clock counts for all.
  RunControl(const ControlParameters& control, const OutputParameters& output, bool keeps_time);

  /// This rank's view: 0 nothing, 1 a checkpoint is due, 2 max_seconds are over, or would be in the middle of the next
  /// step, which takes `step_seconds`, 3 + number: a signal came.
  double flag(double step_seconds = 0.0) const;
  /// Does such a number, or the largest of many ranks, ask to stop at once?
  static bool is_signal(double flag);

  struct Request {
    bool save = false, stop = false;
    std::string reason;  ///< of a stop: "SIGTERM", "max_seconds = 3400"
  };
  Request interpret(double flag) const;

  /// A checkpoint was written: the time to the next one starts.
  void saved() { last_save_ = Clock::now(); }

 private:
  using Clock = std::chrono::steady_clock;

  double max_seconds_, checkpoint_seconds_;
  bool keeps_time_;
  Clock::time_point start_ = Clock::now(), last_save_ = start_;
};

}  // namespace spinel
