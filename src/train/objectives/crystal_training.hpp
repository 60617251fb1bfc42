#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "input/parameters.hpp"
#include "model/crystal_arrays.hpp"
#include "model/model_file.hpp"
#include "model/property_architecture.hpp"
#include "train/training.hpp"

namespace spinel {

/// Crystals with a number or a class each, and the network that is to predict it. Arrays belong to a dataset and its
/// graphs, which have to outlive the training.
struct CrystalTrainingData {
  std::int64_t n_crystals = 0;
  CrystalArrays arrays;
  const double* target = nullptr;  ///< [crystal]; classes: 0, 1, …
  bool per_atom = true;            ///< the target is a property per atom, not of the whole cell
  std::function<std::string(std::int64_t crystal)> name;

  PropertyArchitecture architecture;     ///< its mean and deviation become those of the training part
  std::vector<double> element_features;  ///< as make_property_model takes them
  /// In place of a new network one to go on from, of this architecture: what it is normalized by and its elements'
  /// references stay as they are.
  std::optional<ModelFile> initial;
};

/// Of &train, `loss`, `huber_delta`, `normalize` and `element_references` define what is made small; all else is in
/// `settings`. Collective over the ranks that train together. InputError where an element is not in the architecture or
/// the loss does not go with it.
std::unique_ptr<Training> make_crystal_training(const CrystalTrainingData& data, const TrainParameters& loss,
                                                const TrainerSettings& settings, const DataParts& parts,
                                                const Communicator& communicator);

}  // namespace spinel
