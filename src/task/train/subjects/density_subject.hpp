#pragma once

#include "source/vector_table.hpp"
#include "task/train/subjects/training_subject.hpp"
#include "train/objectives/density_training.hpp"

namespace spinel {

/// Vectors → a continuous normalizing flow.
class DensitySubject final : public TrainingSubject {
 public:
  /// `vectors`: outlive it.
  DensitySubject(const RunContext& context, const VectorTable& vectors);

  std::unique_ptr<Training> make(const TrainerSettings& settings, const DataParts& parts,
                                 const Communicator& communicator) const override;
  std::unique_ptr<SubjectResults> results(const TrainData& data) const override;
  void report(const RunContext& context) const override;

 private:
  DensityTrainingData data_;
  const VectorTable& vectors_;
};

}  // namespace spinel
