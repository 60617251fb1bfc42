#pragma once

#include <torch/nn/module.h>

#include <string>
#include <vector>

#include "network/halo_exchange.hpp"
#include "network/model_file.hpp"

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
  /// Collective. [owned] what the network makes of each atom, in its own unit and precision. The energy of a structure
  /// in eV is scale·Σ forward + shift + Σ element_energy[element].
  virtual torch::Tensor forward(const AtomGraph& graph, const HaloExchangePtr& exchange) = 0;

  /// The weights will not change any more: they require no gradients from now on, and forward may be prepared to run
  /// faster, being differentiable only once, with respect to the edge vectors.
  virtual void freeze();

  double scale = 1.0;                  ///< eV
  double shift = 0.0;                  ///< eV, once a structure
  std::vector<double> element_energy;  ///< eV, [element]
};

/// The network of a model file with its weights, which require gradients. InputError where it is no potential or its
/// weights do not fit its architecture.
std::shared_ptr<EnergyModel> make_energy_model(const ModelFile& file, bool single_precision);

}  // namespace spinel
