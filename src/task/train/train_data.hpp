#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "task/train/load_dataset.hpp"
#include "task/train/subjects/training_subject.hpp"

namespace spinel {

/// The data of a training run: a dataset, what is learned of it, and which structures are for what. Collective
/// construction over all ranks; the arrays lie once on every node.
class TrainData {
 public:
  /// InputError where a file, the target, a split or the model is not as the input says.
  explicit TrainData(const RunContext& context);

  const TrainingSubject& subject() const { return *subject_; }
  std::string name(std::int64_t sample) const { return data_.dataset->id(sample); }
  /// With `n_train` > 0 so many of the training part, chosen by split_seed; those of a smaller number are among those
  /// of a larger one.
  DataParts parts(std::int64_t n_train) const;
  /// Content of the dataset.
  const std::string& hash() const { return data_.dataset->hash(); }
  /// The groups by which the quality of predictions is reported: {"elements", "3"}, {"band gap", "metal"}, and what
  /// &dataset group names.
  std::vector<std::pair<std::string, std::string>> groups(std::int64_t sample) const;

  void report(const RunContext& context) const;
  /// Attributes of a model file: what it was trained on and by which input.
  void describe(const RunContext& context, ModelFile& model) const;

 private:
  void draw_subsets(const RunContext& context);
  /// What holds elements that the training part does not.
  void leave_out_unknown(DataParts& parts) const;

  LoadedDataset data_;
  std::string group_;  // &dataset group
  std::unique_ptr<TrainingSubject> subject_;
  std::vector<std::int64_t> drawn_;  // the training part in the order in which parts(n) takes of it
};

}  // namespace spinel
