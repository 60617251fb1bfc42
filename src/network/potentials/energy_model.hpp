#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>

#include <optional>
#include <string>
#include <vector>

#include "input/parameters.hpp"
#include "model/model_file.hpp"
#include "network/halo_exchange.hpp"
#include "network/potentials/repulsion.hpp"

namespace spinel {

/// The graph of one rank's atoms: directed edges from every owned atom to all atoms, owned and ghost, within the
/// cutoff.
struct AtomGraph {
  torch::Tensor element;      ///< [owned, then ghosts] int32: place in EnergyModel::elements()
  torch::Tensor source;       ///< [edge] int32, ascending, owned
  torch::Tensor destination;  ///< [edge] int32, owned or ghost
  torch::Tensor vector;       ///< [edge][3] float64, Å: x_destination − x_source
  std::int64_t n_owned = 0;
};

/// A network whose energy is a sum over atoms. Its weights are registered parameters, and its output can be
/// differentiated with respect to the edge vectors and the weights, also mixed (forces as a training target).
class EnergyModel : public torch::nn::Module {
 public:
  /// The elements it knows, in the order of its embedding.
  virtual const std::vector<std::string>& elements() const = 0;
  /// Å, longest edge.
  virtual double cutoff() const = 0;
  /// Collective. [owned][width] features of each atom after the last layer, in the precision of the network.
  virtual torch::Tensor features(const AtomGraph& graph, const HaloExchangePtr& exchange) = 0;
  /// [owned] what the network makes of these features, in its own unit and precision.
  virtual torch::Tensor readout(const torch::Tensor& features) = 0;
  /// Collective. The same of a graph.
  torch::Tensor forward(const AtomGraph& graph, const HaloExchangePtr& exchange) {
    return readout(features(graph, exchange));
  }
  /// Collective. [owned] eV, float64: scale·forward, and the repulsion where there is one. The energy of a structure is
  /// the sum of these + shift + Σ element_energy[element].
  torch::Tensor atomic_energy(const AtomGraph& graph, const HaloExchangePtr& exchange);

  /// Weights of a new network by `seed`, whatever its precision: linear maps uniform within ±√(6/(inputs + outputs))
  /// (Glorot & Bengio 2010), filters over the root of the mean number of neighbors, embeddings normal, all else zero.
  void draw_weights(std::uint64_t seed, double mean_neighbors);

  /// The weights will not change any more: they require no gradients from now on, and forward may be prepared to run
  /// faster, being differentiable only once, with respect to the edge vectors.
  virtual void freeze();

  double scale = 1.0;                  ///< eV
  double shift = 0.0;                  ///< eV, once a structure
  std::vector<double> element_energy;  ///< eV, [element]
  std::optional<Repulsion> repulsion;
  std::string architecture_json;  ///< JSON of a model file; scale, shift, element_energy and repulsion above are newer

 protected:
  /// What draw_weights has to know of the parameters of a kind: which are embeddings of elements, and which are
  /// filters, whose products are summed over neighbors. Both return their argument.
  torch::Tensor embedding(torch::Tensor weight) { return embeddings_.emplace_back(std::move(weight)); }
  torch::nn::Linear filter(torch::nn::Linear layer) { return filters_.push_back(layer->weight), layer; }

 private:
  std::vector<torch::Tensor> embeddings_, filters_;
};

/// The network of a model file with its weights, which require gradients. InputError where it is no potential or its
/// weights do not fit its architecture.
std::shared_ptr<EnergyModel> make_energy_model(const ModelFile& file, bool single_precision);

/// A network of this architecture (`file` needs no weights) with EnergyModel::draw_weights.
std::shared_ptr<EnergyModel> make_new_energy_model(const ModelFile& file, bool single_precision, std::uint64_t seed,
                                                   double mean_neighbors);

/// A model file without weights of the architecture that &model describes, for these elements.
ModelFile describe_potential(const ModelParameters& model, const std::vector<std::string>& elements);

/// The network with its present weights, scale, shift and reference energies.
ModelFile to_model_file(const EnergyModel& model);

}  // namespace spinel
