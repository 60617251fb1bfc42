#pragma once

#include <map>
#include <string>
#include <vector>

#include "io/result_file.hpp"
#include "parallel/pools.hpp"
#include "run/run_control.hpp"
#include "run/run_files.hpp"
#include "task/phase/phase_plan.hpp"

namespace spinel {

/// What came of one network.
struct PhaseOutcome {
  std::vector<double> probability;  ///< of being disordered, of each configuration that was asked about
  std::vector<EpochRecord> history;
};

/// Trains the networks of a plan: each by all ranks of a pool, several pools at once. Finished ones are kept in the
/// checkpoint, whatever ends the run; one that is interrupted is trained anew. A restart on any number of ranks and
/// pools goes on with those that are missing.
class PhaseStudy {
 public:
  /// Collective. Takes up what an earlier run left, as restart_mode asks for.
  PhaseStudy(const RunContext& context, const PhasePlan& plan);

  /// Collective. Returns whether all networks are trained.
  bool run();

  const RunFiles& files() const { return files_; }
  /// On rank 0: a job that is done.
  const PhaseOutcome& outcome(std::size_t job) const { return outcomes_.at(job); }
  std::size_t n_done() const { return outcomes_.size(); }
  /// On rank 0: the jobs about one lattice size in the order of the plan; none where some of them are not done.
  std::vector<std::size_t> finished(std::size_t size) const;
  /// On rank 0: what a job's network says of PhaseSize::asked.
  const double* probability(std::size_t job, std::size_t size) const;
  const std::string& stop_reason() const { return stop_reason_; }
  double seconds() const { return seconds_; }  ///< of training in this run
  double shown_per_second() const;             ///< configurations shown in training, all pools

 private:
  void restore();
  void save() const;
  void report() const;
  /// Collective over the pool. Empty where it was interrupted.
  std::vector<double> train(std::size_t job);
  void keep(const std::vector<double>& record);

  const RunContext& context_;
  const PhasePlan& plan_;
  RunFiles files_;
  std::vector<std::string> model_paths_;  // [job], of methods that keep networks
  Pools pools_;
  RunControl control_;
  std::map<std::size_t, PhaseOutcome> outcomes_;  // [job], on rank 0
  std::vector<std::int64_t> done_;                // jobs, on every rank
  std::vector<std::string> changes_;
  std::string stop_reason_;
  double seconds_ = 0.0;
  std::int64_t shown_ = 0;
  std::int64_t steps_before_ = 0, steps_all_ = 0;
  class Progress* progress_ = nullptr;
};

}  // namespace spinel
