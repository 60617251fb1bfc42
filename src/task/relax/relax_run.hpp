#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "campaign/structure_job.hpp"
#include "core/log.hpp"
#include "core/progress.hpp"
#include "core/stop_signal.hpp"
#include "io/checkpoint.hpp"
#include "io/trajectory/trajectory.hpp"
#include "run/report_warnings.hpp"
#include "run/run_control.hpp"
#include "run/run_files.hpp"
#include "run/run_report.hpp"

namespace spinel {

/// The relaxation of one structure by all ranks: the engine, and what is printed and written on its way. relax.cpp
/// calls its verbs in order. All of them are collective.
class RelaxRun {
 public:
  /// Reads the structure and, where it continues, the checkpoint. Writes nothing where the input is wrong (InputError).
  explicit RelaxRun(const RunContext& context);

  /// The checkpoint is of the end and the results are written.
  bool was_complete() const { return was_complete_; }
  void report_complete();
  /// Set-up echo.
  void begin();
  /// To the end, or to where a stop was asked for.
  void walk();
  /// Results, and what the time went to.
  bool end();
  /// Instead of end(), where an evaluation was cut short.
  void report_interruption(const Interrupted& interruption);

 private:
  LocalAtoms restore(const CheckpointReader& reader);
  void open_trajectory();
  /// At every accepted point; returns false to stop there.
  bool see(const RelaxationProgress& point);
  void write_frame(std::int64_t evaluation, const RelaxationProgress& point);
  /// Trajectory, then checkpoint: each refers to nothing that is not on the disk yet.
  void save(bool over);

  const RunContext& context_;
  const std::int64_t memory_before_;
  RunControl control_;
  RunFiles files_;
  Timers timers_;
  PotentialMaker maker_;
  StructureJob job_;
  StructureResult result_;
  RelaxationSettings settings_;
  std::unique_ptr<ForceField> field_;
  std::optional<Trajectory> trajectory_;
  std::optional<Progress> progress_;
  RunningTable table_;
  std::vector<std::string> changes_;  // of the input since the checkpoint
  RunControl::Request request_;
  std::int64_t evaluations_before_ = 0;  // a checkpoint
  std::int64_t saved_ = -1;              // evaluations of the last checkpoint; −1: there is none
  bool restored_ = false, was_complete_ = false;
};

}  // namespace spinel
