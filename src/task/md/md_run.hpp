#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "core/stop_signal.hpp"
#include "dynamics/analysis/analysis.hpp"
#include "dynamics/molecular_dynamics.hpp"
#include "io/checkpoint.hpp"
#include "io/trajectory/trajectory.hpp"
#include "run/report_warnings.hpp"
#include "run/run_control.hpp"
#include "run/run_files.hpp"
#include "run/run_report.hpp"
#include "task/md/committee_watch.hpp"
#include "task/md/thermo_series.hpp"

namespace spinel {

/// A molecular dynamics run: the engine, what measures it, what it writes, and when. md.cpp calls its verbs in order.
/// All of them are collective.
class MdRun {
 public:
  /// Reads the structure or the checkpoint, sets everything up and computes the first forces. Writes nothing where
  /// the input is wrong (InputError).
  explicit MdRun(const RunContext& context);
  ~MdRun();

  /// The checkpoint is at the last step and its results are written.
  bool was_complete() const { return was_complete_; }
  void report_complete();

  /// Set-up echo, and for a new run the first row and frame.
  void begin();
  bool goes_on() const { return !request_.stop && md_->current_step() < last_step(); }
  void advance();
  void measure();
  void write_what_is_due();
  /// The last checkpoint and results, averages, performance.
  bool end();
  /// Instead of end(), where a step was cut short.
  void report_interruption(const Interrupted& interruption);

 private:
  std::int64_t last_step() const { return context_.input.dynamics.steps; }
  bool row_is_due(std::int64_t step) const;
  bool frame_is_due(std::int64_t step) const;
  void start_anew();
  /// By &relax, before the first step.
  void relax_first();
  void restore(const CheckpointReader& reader);
  void make_potential(const std::vector<Species>& species);
  void make_force_field(LocalAtoms atoms, Decomposition decomposition);
  void make_measurements();
  void open_trajectory();
  void add_row();
  /// Looks at the spread of a committee where that is due; may ask for a stop.
  void watch();
  void write_frame();
  /// Trajectory, then checkpoint, then results: each refers to nothing that is not on the disk yet.
  void save();
  void write_final_structure();

  const RunContext& context_;
  const std::int64_t memory_before_;
  RunControl control_;
  RunFiles files_;
  Timers timers_;
  std::shared_ptr<Potential> potential_;
  std::unique_ptr<CommitteeWatch> watch_;  // null: no committee
  std::unique_ptr<ForceField> force_field_;
  std::unique_ptr<MolecularDynamics> md_;
  std::unique_ptr<Analysis> analysis_;
  std::unique_ptr<ThermoSeries> series_;
  std::optional<Trajectory> trajectory_;
  std::optional<Progress> progress_;
  std::optional<Performance> performance_;  // known at the end
  Observation now_;
  std::vector<std::string> warnings_;  // of the structure's file
  std::string relaxed_;                // what the relaxation before the first step did
  std::vector<std::string> changes_;   // of the input since the checkpoint
  RunControl::Request request_;
  std::int64_t first_step_ = 0, saved_step_ = -1;
  bool was_complete_ = false, restored_ = false;
};

}  // namespace spinel
