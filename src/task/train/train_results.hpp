#pragma once

#include <string>
#include <vector>

#include "io/result_file.hpp"
#include "run/context.hpp"
#include "task/train/potential_results.hpp"
#include "task/train/train_data.hpp"
#include "task/train/train_jobs.hpp"
#include "train/data/prediction_quality.hpp"

namespace spinel {

/// What came of a training run, put together on rank 0 from the checkpoints of its jobs, and written to <prefix>.h5:
///
///     /train[/n_500]/member_1/history/…         columns by epoch; step_loss, best_epoch beside it
///     /train[/n_500]/predictions/…              id, part, target, prediction, spread, members of validation and test
///     /train[/n_500]/quality/…                  by group of crystals
///     /train[/n_500]/calibration/…              of an ensemble
///     /train/learning_curve/…                   of several n_train
///
/// Of a potential, all but the history as PotentialResults has it.
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
  struct Row {
    std::string part, group, value;  // "test", "elements", "3"
    RegressionQuality numbers;
    ClassificationQuality classes;
  };
  struct Size {  // what belongs to one number of training samples
    std::string group;
    std::int64_t n_train = 0;
    std::vector<Row> rows;
    Calibration calibration;
    std::vector<double> member_quality;  // of the test part: MAE, or cross entropy
    bool has_calibration = false;
  };

  /// On rank 0: jobs of one group.
  void add(const std::vector<TrainJob>& jobs);
  void add_member(const TrainJob& job, std::vector<std::vector<double>>& outputs);
  void add_quality(Size& size, const std::vector<std::int64_t>& samples, std::size_t n_validation,
                   const std::vector<double>& target, const EnsembleMean& prediction);
  void report(const Size& size) const;

  const RunContext& context_;
  const TrainData& data_;
  PotentialResults potential_;
  std::int64_t n_jobs_, n_complete_ = 0;
  ResultFile file_;
  std::vector<Size> sizes_;
  double seconds_ = 0.0, samples_ = 0.0, memory_ = 0.0, overlap_ = 0.0;
};

}  // namespace spinel
