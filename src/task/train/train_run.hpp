#pragma once

#include <memory>
#include <string>
#include <vector>

#include "campaign/campaign.hpp"
#include "run/context.hpp"
#include "run/run_control.hpp"
#include "task/train/train_data.hpp"
#include "task/train/train_jobs.hpp"
#include "train/training.hpp"

namespace spinel {

class TrainResults;

/// A run of calculation = 'train': its jobs are a Campaign without a journal. What becomes of a job is all in its
/// checkpoint, so that a run may stop and go on anywhere, also in another number of pools. Collective over all ranks.
class TrainRun {
 public:
  explicit TrainRun(const RunContext& context);

  /// Collective. False where a stop came before the end.
  bool run();

 private:
  struct Speed {
    double seconds = 0.0, samples = 0.0, overlap = 0.0;
  };

  void begin();
  bool end();
  /// One job, to its end or to where a signal or the clock stops it. Collective over the pool.
  void run(const TrainJob& job, const Campaign::Pulse& pulse);
  void loop(const TrainJob& job, Training& training, const Campaign::Pulse& pulse);
  void finish(const TrainJob& job, Training& training);
  /// The best network so far as a model file, once there is one.
  void write_model(const TrainJob& job, Training& training, const Assessment* test);
  /// Takes up what is in the job's checkpoint. Returns whether the job was complete.
  bool restore(const TrainJob& job, Training& training);
  void save(const TrainJob& job, Training& training, const std::string& complete, const Assessment* validation,
            const Assessment* test);
  bool wants_properties() const;
  void report_properties(TrainResults& results);
  bool prints() const { return context_.log.enabled(); }

  const RunContext& context_;
  RunFiles files_;
  std::vector<TrainJob> jobs_;
  Campaign campaign_;
  RunControl control_;
  bool restarted_ = false;
  std::unique_ptr<TrainData> data_;
  RunControl::Request request_;
  Speed speed_;
};

}  // namespace spinel
