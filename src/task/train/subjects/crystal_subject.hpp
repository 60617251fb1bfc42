#pragma once

#include "task/train/subjects/training_subject.hpp"
#include "train/objectives/crystal_training.hpp"

namespace spinel {

/// Crystals → number or class.
class CrystalSubject final : public TrainingSubject {
 public:
  CrystalSubject(const RunContext& context, const Dataset& dataset);

  std::unique_ptr<Training> make(const TrainerSettings& settings, const DataParts& parts,
                                 const Communicator& communicator) const override;
  std::unique_ptr<SubjectResults> results(const TrainData& data) const override;

  bool is_classification() const { return data_.architecture.is_classifier(); }
  /// Numbers that a network predicts of a crystal.
  std::int64_t n_outputs() const { return data_.architecture.n_outputs(); }
  double target(std::int64_t crystal) const { return data_.target[crystal]; }

 private:
  void check_classes(const RunContext& context) const;
  void check_elements(const RunContext& context) const;
  void make_descriptors(const RunContext& context, const Dataset& dataset);

  TrainParameters parameters_;
  CrystalTrainingData data_;
  NodeShared<float> descriptor_;
};

}  // namespace spinel
