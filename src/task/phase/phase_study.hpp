#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/campaign.hpp"
#include "io/result_file.hpp"
#include "run/run_files.hpp"
#include "task/phase/phase_plan.hpp"

namespace spinel {

/// What came of one network.
struct PhaseOutcome {
  std::vector<double> probability;  ///< of being disordered, of each configuration that was asked about
  std::vector<EpochRecord> history;
};

/// Trains the networks of a plan, a Campaign: each by all ranks of a pool, several pools at once. Finished ones are
/// kept in the journal, whatever ends the run; one that is interrupted is trained anew. A restart on any number of
/// ranks and pools goes on with those that are missing.
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
  /// On rank 0: what a job's network predicts of PhaseSize::asked.
  const double* probability(std::size_t job, std::size_t size) const;
  const std::string& stop_reason() const { return campaign_.stop_reason(); }
  double seconds() const { return seconds_; }  ///< of training in this run
  double shown_per_second() const;             ///< configurations shown in training, all pools

 private:
  CampaignPlan campaign_plan() const;
  void report() const;
  /// Collective over the pool. Nothing where it was interrupted.
  std::optional<PhaseOutcome> train(std::size_t job, const Campaign::Pulse& pulse);

  const RunContext& context_;
  const PhasePlan& plan_;
  RunFiles files_;
  std::vector<std::string> model_paths_;  // [job], of methods that keep networks
  Campaign campaign_;
  std::map<std::size_t, PhaseOutcome> outcomes_;  // [job], on rank 0
  double seconds_ = 0.0;
  std::int64_t shown_ = 0;
};

}  // namespace spinel
