#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "run/run_control.hpp"
#include "run/run_files.hpp"
#include "task/ising/ising_samples.hpp"
#include "task/ising/ising_simulation.hpp"

namespace spinel {

/// How fast the spins were updated.
struct IsingPerformance {
  double seconds = 0.0;       ///< wall time of the sweeps of this part of the run, measurements included
  double spin_updates = 0.0;  ///< attempted, on all ranks
  double memory = 0.0;        ///< bytes, resident, peak, the most of a rank
};

/// An ising run: jobs on groups of ranks, in rounds of a fraction of a second after which all ranks look at the clock
/// and at signals together. All members are collective over all ranks.
class IsingRun {
 public:
  explicit IsingRun(const RunContext& context);
  ~IsingRun();

  bool was_complete() const { return was_complete_; }
  void report_complete();
  void begin();
  /// Runs to the end, or to where a signal or the clock stops it.
  void run();
  bool end();

 private:
  void restore();
  /// One round of this rank's group; returns when its time is over or nothing is left to do.
  void advance();
  void save();
  std::int64_t own_updates() const;  // of this rank's group, if this is its first rank

  const RunContext& context_;
  RunControl control_;
  RunFiles files_;
  IsingPlan plan_;
  Pools groups_;
  Pools teams_;  // of this rank's group
  std::unique_ptr<Updater> updater_;
  std::unique_ptr<IsingSamples> samples_;
  std::vector<std::unique_ptr<IsingSimulation>> simulations_;  // of this group, as its schedule; null: not begun
  std::size_t next_ = 0;                                       // of the schedule
  std::int64_t sweeps_at_once_ = 1;
  std::optional<Progress> progress_;
  IsingPerformance performance_;
  std::vector<std::string> changes_;
  RunControl::Request request_;
  std::int64_t total_updates_ = 0, updates_at_start_ = 0, updates_ = 0;  // of all ranks
  bool was_complete_ = false, restored_ = false;
};

}  // namespace spinel
