#pragma once

#include "task/train/subjects/training_subject.hpp"
#include "train/objectives/generator_training.hpp"
#include "train/objectives/vae_training.hpp"

namespace spinel {

/// Crystals → a network that makes crystals.
class GeneratorSubject final : public TrainingSubject {
 public:
  GeneratorSubject(const RunContext& context, const Dataset& dataset);

  std::unique_ptr<Training> make(const TrainerSettings& settings, const DataParts& parts,
                                 const Communicator& communicator) const override;
  std::unique_ptr<SubjectResults> results(const TrainData& data) const override;
  void report(const RunContext& context) const override;
  bool only_known_elements() const override { return true; }

 private:
  void read_initial(const RunContext& context);
  void describe_latents(const RunContext& context, const Dataset& dataset);

  GeneratorTrainingData data_;
  VaeLossWeights vae_weights_;
};

}  // namespace spinel
