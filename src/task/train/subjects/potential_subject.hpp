#pragma once

#include "task/train/subjects/training_subject.hpp"
#include "train/objectives/potential_training.hpp"

namespace spinel {

/// Structures → energy, forces and stress: an interatomic potential.
class PotentialSubject final : public TrainingSubject {
 public:
  PotentialSubject(const RunContext& context, const Dataset& dataset);

  std::unique_ptr<Training> make(const TrainerSettings& settings, const DataParts& parts,
                                 const Communicator& communicator) const override;
  std::unique_ptr<SubjectResults> results(const TrainData& data) const override;
  void report(const RunContext& context) const override;

 private:
  TrainParameters parameters_;
  PotentialTrainingData data_;
};

}  // namespace spinel
