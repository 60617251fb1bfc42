#pragma once

#include <string>
#include <vector>

#include "run/run_files.hpp"

namespace spinel {

/// One network to train: a member of an ensemble on so many samples.
struct TrainJob {
  std::int64_t n_train;    ///< samples of the training part; 0: all
  std::int64_t member;     ///< from 0
  std::string group;       ///< of the result file: "/train", or "/train/n_500" of several numbers of samples
  std::string label;       ///< "", "member 2", "500 samples, member 2"
  std::string checkpoint;  ///< <prefix>.restart.h5, or <prefix>_n500_2.restart.h5
  std::string model;       ///< <prefix>.model.h5, or <prefix>_n500_2.model.h5
};

/// All of a run, in the order in which pools take them. Their files are added to those of the run.
std::vector<TrainJob> train_jobs(const TrainParameters& parameters, RunFiles& files);

}  // namespace spinel
