#pragma once

#include <torch/types.h>

#include "network/potentials/energy_model.hpp"
#include "random_model.hpp"

namespace spinel::testing_support {

/// Kinds of potentials that tests go through: M3GNet of either basis, SchNet and PaiNN, the latter also with repulsion
/// and with moments of degree 2 and 3.
inline const std::vector<std::string>& potential_kinds() {
  static const std::vector<std::string> kinds = {"m3gnet_bessel", "m3gnet_smooth", "schnet", "painn",
                                                 "painn_zbl",     "painn_2",       "painn_3"};
  return kinds;
}

/// A small one of random weights for Kr, Ar and Xe with a cutoff of 2.4 Å, fit for structures of test_structures().
inline ModelFile random_potential(const std::string& kind) {
  if (kind == "m3gnet_bessel" || kind == "m3gnet_smooth") return random_m3gnet(kind == "m3gnet_smooth");
  nlohmann::json architecture = {{"kind", kind.substr(0, kind.find('_'))},
                                 {"element_types", {"Kr", "Ar", "Xe"}},
                                 {"cutoff", 2.4},
                                 {"width", 16},
                                 {"interactions", 3},
                                 {"radial_functions", 8},
                                 {"data_mean", 0.25},
                                 {"data_std", 3.0},
                                 {"element_refs", {-1.0, -2.5, 0.5}}};
  if (kind == "painn_2" || kind == "painn_3") architecture["moments"] = kind == "painn_2" ? 2 : 3;
  if (kind == "painn_zbl") architecture.update({{"zbl_inner", 0.5}, {"zbl_outer", 1.6}});
  ModelFile model;
  model.path = "random";
  model.architecture = architecture.dump();
  model.weights = to_model_file(*make_new_energy_model(model, false, 11, 20.0)).weights;
  const Random random(11, RandomPurpose::test);
  std::uint64_t count = 0;
  for (auto& [name, weight] : model.weights)
    if (weight.dims.size() == 1)
      for (double& value : weight.values) value = 0.3 * random.normal3(8, count++)[0];
  return model;
}

}  // namespace spinel::testing_support
