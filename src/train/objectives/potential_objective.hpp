#pragma once

#include "train/objective.hpp"
#include "train/objectives/potential_training.hpp"

namespace spinel {

/// What make_potential_training trains.
std::unique_ptr<Objective> make_potential_objective(const PotentialTrainingData& data, const TrainParameters& loss,
                                                    const TrainerSettings& settings,
                                                    const std::vector<std::int64_t>& training_part,
                                                    const Communicator& communicator);

}  // namespace spinel
