#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "input/parameters.hpp"
#include "train/training.hpp"

namespace spinel {

/// Structures with energies, forces and stresses, and the interatomic potential that is to predict them. Arrays belong
/// to a dataset and its graphs, which have to outlive the training. NaN where a label is missing.
struct PotentialTrainingData {
  std::int64_t n_structures = 0;
  const std::int64_t* atom_offset = nullptr;    ///< [structure + 1]
  const std::uint8_t* atomic_number = nullptr;  ///< [atom]
  const double* position = nullptr;             ///< [atom][3] Å
  const double* cell = nullptr;                 ///< [structure][9] rows a b c, Å
  const std::uint8_t* periodic = nullptr;       ///< [structure] bit k: along vector k
  const double* energy = nullptr;               ///< [structure] eV
  const double* force = nullptr;                ///< [atom][3] eV/Å; null: none
  const double* stress = nullptr;  ///< [structure][6] eV/Å³ xx yy zz yz xz xy, tension positive; null: none
  const std::int64_t* edge_offset = nullptr;  ///< [atom + 1]: where the edges of each begin
  const std::int32_t* neighbor = nullptr;     ///< [edge] place of an atom within its structure
  const std::int8_t* image = nullptr;         ///< [edge][3] cell of that atom
  std::function<std::string(std::int64_t structure)> name;

  ModelParameters network;            ///< a new one, for these elements
  std::vector<std::string> elements;  ///< [symbol]
  std::optional<ModelFile> initial;   ///< in place of a new one, a model to go on from
  bool single_precision = true;
};

/// The loss of a batch of B structures, where N̄ is the mean number of atoms of the training part and the weights w_E,
/// w_F and w_σ, `loss` (ℓ) and `huber_delta` are those of &train:
///   (1/B) Σ_structures [ w_E ℓ(ΔE/N) + w_F/(3N̄) Σ_atoms,xyz ℓ(ΔF) + w_σ/6 Σ ℓ(Δσ) ],
/// so that every component of a force in the batch counts the same. Errors in eV/atom, eV/Å, eV/Å³.
///
/// What an Assessment holds of each structure: energy (eV), stress (6, eV/Å³, NaN where it is not periodic in three
/// directions), forces (3 an atom, eV/Å). Metrics: the loss with the weights of the last epoch, the mean absolute
/// errors of the energy per atom, of the components of forces and of those of stresses.
///
/// The scale of a new network is the root mean square of the forces of the training part times 1 Å, and the energies
/// of its elements are those that fit the energies of that part best; of a model that goes on, only the latter change,
/// by what fits best what the model leaves over. Collective over the ranks that train together. InputError where the
/// model is no potential or lacks an element.
std::unique_ptr<Training> make_potential_training(const PotentialTrainingData& data, const TrainParameters& loss,
                                                  const TrainerSettings& settings, const DataParts& parts,
                                                  const Communicator& communicator);

}  // namespace spinel
