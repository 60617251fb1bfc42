#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/result_file.hpp"
#include "run/context.hpp"
#include "task/train/subject_results.hpp"
#include "task/train/train_jobs.hpp"

namespace spinel {

/// What came of a training run, put together on rank 0 from the checkpoints of its jobs, and written to <prefix>.h5:
///
///     /train[/n_500]/member_1/history/…         columns by epoch; step_loss, best_epoch beside it
///
/// and what the results of the subject add below /train.
class TrainResults {
 public:
  /// Collective.
  TrainResults(const RunContext& context, const TrainData& data, const std::vector<TrainJob>& jobs);

  bool is_complete() const { return n_complete_ == n_jobs_; }

  /// Collective.
  void set_speed(double seconds, double samples, double memory, double overlap);
  void write();
  void report();
  const std::string& path() const { return file_.path(); }
  /// To which more may be added between write() and another save().
  ResultFile& file() { return file_; }

 private:
  /// On rank 0: jobs of one group.
  void add(const std::vector<TrainJob>& jobs);
  void add_member(const TrainJob& job, std::vector<std::vector<double>>& outputs);

  const RunContext& context_;
  const TrainData& data_;
  std::unique_ptr<SubjectResults> subject_;
  std::int64_t n_jobs_, n_complete_ = 0;
  ResultFile file_;
  double seconds_ = 0.0, samples_ = 0.0, memory_ = 0.0, overlap_ = 0.0;
};

}  // namespace spinel
