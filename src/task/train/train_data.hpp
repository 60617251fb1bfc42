#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "task/train/load_dataset.hpp"
#include "task/train/subjects/training_subject.hpp"

namespace spinel {

/// The data of a training run: what is learned of them, and which samples are for what. Collective construction over
/// all ranks; the arrays lie once on every node.
class TrainData {
 public:
  virtual ~TrainData() = default;

  const TrainingSubject& subject() const { return *subject_; }
  virtual std::string name(std::int64_t sample) const = 0;
  /// With `n_train` > 0 so many of the training part, chosen by split_seed; those of a smaller number are among those
  /// of a larger one.
  DataParts parts(std::int64_t n_train) const;
  /// Of their content.
  virtual const std::string& hash() const = 0;
  /// The groups by which the quality of predictions is reported: {"elements", "3"}.
  virtual std::vector<std::pair<std::string, std::string>> groups(std::int64_t) const { return {}; }
  /// The group of the input whose key `file` names them.
  virtual const char* input_group() const = 0;

  virtual void report(const RunContext& context) const = 0;
  /// Attributes of a model file: what it was trained on and by which input.
  void describe(const RunContext& context, ModelFile& model) const;

 protected:
  /// InputError where &train n_train is more than the training part.
  void set_split(const RunContext& context, Split split, std::int64_t seed);
  void report_parts(Log& log) const;
  virtual std::string origin() const = 0;
  /// What cannot be assessed after training on `parts.train`.
  virtual void leave_out_unknown(DataParts& parts) const { static_cast<void>(parts); }

  Split split_;
  std::unique_ptr<TrainingSubject> subject_;

 private:
  std::vector<std::int64_t> drawn_;  // the training part in the order in which parts(n) takes of it
};

/// The structures of &dataset.
class CrystalData final : public TrainData {
 public:
  /// InputError where a file, the target, a split or the model is not as the input says.
  explicit CrystalData(const RunContext& context);

  std::string name(std::int64_t sample) const override { return data_.dataset->id(sample); }
  const std::string& hash() const override { return data_.dataset->hash(); }
  /// By number of elements, {"band gap", "metal"}, and what &dataset group names.
  std::vector<std::pair<std::string, std::string>> groups(std::int64_t sample) const override;
  const char* input_group() const override { return "dataset"; }
  void report(const RunContext& context) const override;

 private:
  std::string origin() const override { return data_.dataset->path(); }
  /// What holds elements that the training part does not.
  void leave_out_unknown(DataParts& parts) const override;

  LoadedDataset data_;
  std::string group_;  // &dataset group
};

/// Collective. What &model is to learn.
std::unique_ptr<TrainData> make_train_data(const RunContext& context);

}  // namespace spinel
