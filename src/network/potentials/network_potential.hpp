#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/model_file.hpp"
#include "parallel/communicator.hpp"
#include "potential/potential.hpp"

namespace spinel {

struct NetworkOptions {
  bool single_precision = false;
  std::string device = "cpu";  ///< cpu | cuda: GPU number = rank on its node modulo GPUs of the node
  int node_rank = 0;           ///< Communicator::rank_on_node() of all ranks of the program, in whatever pools they are
  int threads = 1;             ///< of torch in this rank
};

/// The interatomic potential of a model file for atoms of these species (LocalAtoms::type indexes them). Collective.
/// InputError where the model is no potential, its weights do not fit its architecture, it does not know an element, or
/// the device is not there.
std::shared_ptr<Potential> make_network_potential(const ModelFile& model, const std::vector<Species>& species,
                                                  const NetworkOptions& options, const Communicator& communicator);

}  // namespace spinel
