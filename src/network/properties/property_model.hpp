#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <string>

#include "model/crystal_arrays.hpp"
#include "model/model_file.hpp"
#include "model/property_architecture.hpp"
#include "network/properties/batch_sum.hpp"

namespace spinel {

/// Crystals one after the other. Edges run from the atom `source` to its neighbors; places of atoms count through the
/// batch.
struct CrystalBatch {
  torch::Tensor atom_offset;    ///< [crystal + 1] int64: where the atoms of each begin
  torch::Tensor atomic_number;  ///< [atom] int32
  torch::Tensor source;         ///< [edge] int32, ascending
  torch::Tensor destination;    ///< [edge] int32
  torch::Tensor distance;       ///< [edge] float32, Å
  torch::Tensor descriptor;     ///< [crystal][width] float32: inputs of an MLP; undefined for other models

  std::int64_t n_crystals() const { return atom_offset.size(0) - 1; }
};

/// A network that gives numbers for whole crystals: crystal graph convolutions, or a perceptron on composition and
/// descriptors. Its weights and the running statistics of batch norm are registered under the names they have in the
/// model file.
class PropertyModel : public torch::nn::Module {
 public:
  /// [crystal][outputs] of normalized values, or unnormalized log-probabilities of classes. In training mode collective
  /// over the communicator of set_communicator, and so is the way back through the result: a rank without crystals
  /// brings an empty batch. InputError where an atom is of an element the model does not know.
  virtual torch::Tensor forward(const CrystalBatch& batch) = 0;

  const PropertyArchitecture& architecture() const { return architecture_; }
  /// Atoms within this distance are neighbors (Å), the `max_neighbors` nearest of them (0: all). Radius 0: no graph.
  virtual double radius() const { return 0.0; }
  virtual int max_neighbors() const { return 0; }

  /// Statistics of batch norm are sums over these ranks while training. nullptr: over this rank alone.
  void set_communicator(const Communicator* communicator) { batch_sum_ = make_batch_sum(communicator); }
  /// value = std · output + mean (+ PropertyArchitecture::reference).
  void set_normalization(double mean, double std);
  void set_references(std::vector<double> references, bool per_atom);
  /// Standardises what a perceptron is given by its mean and deviation over these crystals; nothing for other models.
  virtual void fit_inputs(const CrystalArrays& arrays, const std::int64_t* samples, std::size_t n);

  /// What the native model file of the present weights holds; the caller adds attributes.
  ModelFile to_model_file() const;

 protected:
  explicit PropertyModel(PropertyArchitecture architecture) : architecture_(std::move(architecture)) {}
  const BatchSumPtr& batch_sum() const { return batch_sum_; }

 private:
  PropertyArchitecture architecture_;
  BatchSumPtr batch_sum_;
};

/// A new model with random weights keyed by the seed, float32, in training mode. `element_features`: rows of
/// architecture.cgcnn.n_features numbers for every element, row-major, where that is not 0.
std::shared_ptr<PropertyModel> make_property_model(const PropertyArchitecture& architecture, std::uint64_t seed,
                                                   const std::vector<double>& element_features = {});
/// The same from the JSON text of an architecture.
std::shared_ptr<PropertyModel> make_property_model(const std::string& architecture, std::uint64_t seed);
/// The network of a model file with its weights, in evaluation mode. InputError where they do not fit.
std::shared_ptr<PropertyModel> load_property_model(const ModelFile& file);

/// The crystals `samples` [n], in that order.
CrystalBatch gather_crystals(const CrystalArrays& arrays, const std::int64_t* samples, std::size_t n);

}  // namespace spinel
