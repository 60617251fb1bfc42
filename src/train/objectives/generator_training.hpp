#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/crystal_arrays.hpp"
#include "model/generators/crystal_noise.hpp"
#include "model/generators/generator_model.hpp"
#include "train/training.hpp"

namespace spinel {

/// Crystals that a generator is to learn to make. Arrays belong to a dataset, which has to outlive the training.
struct GeneratorTrainingData {
  std::int64_t n_crystals = 0;
  const std::int64_t* atom_offset = nullptr;    ///< [crystal + 1]
  const std::uint8_t* atomic_number = nullptr;  ///< [atom]
  const double* position = nullptr;             ///< [atom][3] Å
  const double* cell = nullptr;                 ///< [crystal][9] rows a b c, Å
  std::vector<const double*> conditions;        ///< [condition][crystal] NaN where a label is missing
  std::vector<const double*> properties;        ///< [property of latent.properties][crystal] likewise
  CrystalArrays graphs;                         ///< for the encoder of a crystal_vae
  std::function<std::string(std::int64_t crystal)> name;

  /// Its elements, conditions, properties and statistics become those of the training part.
  GeneratorArchitecture architecture;
  /// In place of new weights those of a crystal_flow of the same sizes, whose scale of lattices is taken as well.
  std::shared_ptr<const GeneratorModel> initial;
  GeneratorLossWeights weights;
  double condition_dropout = 0.1;  ///< share of crystals whose conditions, or latent vector, the network is not shown
};

/// The loss of a batch is the mean over its crystals of CrystalNoise::loss. What an Assessment holds of each crystal:
/// that loss over eight draws of noise, the same in every epoch. Metrics: the loss and its parts, unweighted
/// (coordinates, cell, and, where types are generated, the cross entropy of masked atoms). Collective over the ranks
/// that train together. InputError where validation or test hold an element that the training part has not.
std::unique_ptr<Training> make_generator_training(const GeneratorTrainingData& data, const TrainerSettings& settings,
                                                  const DataParts& parts, const Communicator& communicator);

}  // namespace spinel
