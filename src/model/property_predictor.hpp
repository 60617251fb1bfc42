#pragma once

#include <cstdint>
#include <memory>

#include "model/element_places.hpp"
#include "model/model_file.hpp"
#include "model/property_architecture.hpp"

namespace spinel {

/// One crystal as a model takes it; the graph is not needed by a perceptron, the descriptor not by a graph network.
struct CrystalInput {
  std::size_t n_atoms = 0;
  const std::uint8_t* atomic_number = nullptr;  ///< [atom]
  const std::int32_t* row = nullptr;            ///< [atom + 1] first edge of each atom
  const std::int32_t* neighbor = nullptr;       ///< [edge] atom
  const float* distance = nullptr;              ///< [edge] Å
  const float* descriptor = nullptr;  ///< [input]: of the perceptron's descriptors alone, composition is found
                                      ///< from the atoms
};

/// A trained model of crystal properties that only predicts: float32, normalizations folded into the weights, without
/// torch. One crystal at a time on one thread; buffers are kept between calls.
class PropertyPredictor {
 public:
  virtual ~PropertyPredictor() = default;

  const PropertyArchitecture& architecture() const { return architecture_; }
  /// Å; 0: needs no graph.
  double radius() const;
  /// The nearest ones; 0: all within the radius.
  int max_neighbors() const;

  /// Writes architecture().n_outputs() numbers: the property in its unit, or the probabilities of the classes.
  /// InputError where an atom is of an element that the model does not know.
  void predict(const CrystalInput& crystal, double* out);
  /// What the network itself says, architecture().n_outputs() numbers: neither scaled nor made probabilities.
  void outputs(const CrystalInput& crystal, double* out);
  /// Numbers that the last layer is given: the crystal as the network sees it. 0 where the kind of network keeps none.
  virtual std::size_t n_latent() const { return 0; }
  /// [n_latent()] of the last crystal that was predicted.
  virtual const float* latent() const { return nullptr; }

 protected:
  explicit PropertyPredictor(PropertyArchitecture architecture);
  /// `place`: [atom] of each element in the model's table.
  virtual void compute(const CrystalInput& crystal, const std::int32_t* place, double* out) = 0;

 private:
  PropertyArchitecture architecture_;
  ElementPlaces places_;
  std::vector<std::int32_t> place_;
};

/// InputError where the weights of the file do not fit its architecture.
std::unique_ptr<PropertyPredictor> make_property_predictor(const ModelFile& file);

}  // namespace spinel
