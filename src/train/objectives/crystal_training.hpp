#pragma once

#include <functional>
#include <memory>

#include "model/property_architecture.hpp"
#include "train/training.hpp"

namespace spinel {

/// Crystals with a number or a class each, and the network that is to tell it. Arrays are those of a dataset and its
/// graphs; they have to outlive the training.
struct CrystalTrainingData {
  std::int64_t n_crystals = 0;
  const std::int64_t* atom_offset = nullptr;    ///< [crystal + 1]
  const std::uint8_t* atomic_number = nullptr;  ///< [atom]
  const std::int64_t* edge_offset = nullptr;    ///< [atom + 1]: where the edges of each begin; null: no graphs
  const std::int32_t* neighbor = nullptr;       ///< [edge] place of an atom within its crystal
  const float* distance = nullptr;              ///< [edge] Å
  const float* descriptor = nullptr;            ///< [crystal][descriptor_width]
  std::int64_t descriptor_width = 0;
  const double* target = nullptr;  ///< [crystal]; classes: 0, 1, …
  std::function<std::string(std::int64_t crystal)> name;

  PropertyArchitecture architecture;     ///< its mean and deviation become those of the training part
  std::vector<double> element_features;  ///< as make_property_model takes them
};

/// What the network is to make small, beyond TrainerSettings.
struct PropertyLoss {
  std::string kind = "l1";   ///< l1 | l2 | huber; classes: cross_entropy
  double huber_delta = 1.0;  ///< in the unit that the network learns in
  bool normalize = true;     ///< it learns (target − mean)/deviation of the training part …
  bool references = false;   ///< … where the target is what is left of it after fit_element_references
  bool per_atom = true;      ///< the target is a property per atom, not of the whole cell
};

/// Collective over the ranks that train together. InputError where an element is not in the architecture or the loss
/// does not go with it.
std::unique_ptr<Training> make_crystal_training(const CrystalTrainingData& data, const PropertyLoss& loss,
                                                const TrainerSettings& settings, const DataParts& parts,
                                                const Communicator& communicator);

}  // namespace spinel
