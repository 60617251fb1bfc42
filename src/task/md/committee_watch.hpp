#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dynamics/state.hpp"
#include "io/posix_file.hpp"
#include "io/result_file.hpp"
#include "potential/committee.hpp"
#include "potential/force_field.hpp"
#include "run/context.hpp"
#include "run/run_files.hpp"

namespace spinel {

/// The spread of a committee along a molecular dynamics run: a series, and <prefix>_uncertain.xyz, to which frames go
/// whose largest force spread exceeds `spread_threshold`. That file grows; what lies beyond the last checkpoint is cut
/// off on restart. Every verb is collective.
class CommitteeWatch {
 public:
  /// `committee` is the potential of the run's force field. All arguments must outlive this.
  CommitteeWatch(const RunContext& context, const RunFiles& files, Committee& committee);

  /// Of the checkpoint. A run that had no committee before leaves an empty series.
  void load(const State& state);
  void save(State& state) const;
  /// A run that goes on from step `restored` cuts the frames of later steps off the file, whole or half; a new one
  /// removes the file.
  void open(std::optional<std::int64_t> restored);

  /// "3 models, spread every 10 steps; frames above 0.3 eV/Å go to out/run_uncertain.xyz and end the run".
  std::string describe() const;
  bool is_due(std::int64_t step) const { return step % every_ == 0; }
  /// Before the forces of a step are computed: looks at them where that is due.
  void prepare(std::int64_t step);
  /// After the forces of a step for which prepare() looked: adds a row, and a frame where the threshold is exceeded.
  /// Returns why the run should stop, or nothing.
  std::string look(const ForceField& force_field, std::int64_t step, double time);

  /// Frames are on the disk when it returns.
  void commit();
  /// /spread
  void write(ResultFile& file) const;
  void report() const;

 private:
  struct Column {
    std::string name, unit, description;
    std::vector<double> values;
  };
  void add(std::int64_t step, double time, const SpreadSummary& now);
  void append_frame(const ForceField& force_field, std::int64_t step, double time, const SpreadSummary& now);

  const RunContext& context_;
  const RunFiles& files_;
  Committee& committee_;
  std::int64_t every_;
  double threshold_;  // eV/Å; 0: none
  bool stops_;
  std::vector<std::int64_t> steps_;
  std::vector<Column> columns_;
  std::int64_t frames_ = 0;
  std::optional<PosixFile> file_;  // on rank 0, once there is a frame
};

}  // namespace spinel
