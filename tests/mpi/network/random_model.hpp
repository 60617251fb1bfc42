#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "core/random.hpp"
#include "model/model_file.hpp"

namespace spinel::testing_support {

/// A small M3GNet of random weights for Ar, Kr and Xe with a cutoff of 2.4 Å, fit for structures of test_structures().
inline ModelFile random_m3gnet(bool smooth, std::int64_t width = 16, std::int64_t units = 32, std::uint64_t seed = 1) {
  ModelFile model;
  model.path = "random";
  const std::int64_t max_n = 3, max_l = smooth ? 4 : 3, n_triple = max_n * max_l, n_pair = smooth ? max_n : n_triple;
  const nlohmann::json architecture = {{"kind", "m3gnet"},
                                       {"property", "energy"},
                                       {"element_types", {"Kr", "Ar", "Xe"}},
                                       {"max_n", max_n},
                                       {"max_l", max_l},
                                       {"nblocks", 3},
                                       {"rbf_type", "SphericalBessel"},
                                       {"is_intensive", false},
                                       {"cutoff", 2.4},
                                       {"threebody_cutoff", 1.9},
                                       {"use_smooth", smooth},
                                       {"use_phi", false},
                                       {"include_state", false},
                                       {"activation_type", "swish"},
                                       {"dim_node_embedding", width},
                                       {"dim_edge_embedding", width},
                                       {"units", units},
                                       {"data_mean", 0.25},
                                       {"data_std", 3.0},
                                       {"element_refs", {-1.0, -2.5, 0.5}}};
  model.architecture = architecture.dump();
  const Random random(seed, RandomPurpose::test);
  std::uint64_t count = 0;
  const auto add = [&](const std::string& name, std::vector<std::int64_t> dims) {
    ModelWeight& weight = model.weights["model." + name];
    std::size_t n = 1;
    for (const std::int64_t d : dims) n *= static_cast<std::size_t>(d);
    const double scale = dims.size() == 2 ? 1.5 / std::sqrt(static_cast<double>(dims[1])) : 0.3;
    for (std::size_t k = 0; k < n; ++k) weight.values.push_back(scale * random.normal3(7, count++)[0]);
    weight.dims = std::move(dims);
  };
  const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in, bool bias) {
    add(name + ".weight", {out, in});
    if (bias) add(name + ".bias", {out});
  };
  const auto gated = [&](const std::string& name, const std::vector<std::int64_t>& widths, bool bias) {
    for (const char* branch : {".layers.", ".gates."})
      for (std::size_t k = 0; k + 1 < widths.size(); ++k)
        linear(name + branch + std::to_string(2 * k), widths[k + 1], widths[k], bias);
  };
  add("embedding.layer_node_embedding.weight", {3, width});
  linear("embedding.layer_edge_embedding.layers.0", width, n_pair, true);
  for (int b = 0; b < 3; ++b) {
    const std::string triple = "three_body_interactions." + std::to_string(b) + ".";
    linear(triple + "update_network_atom.layers.0", n_triple, width, true);
    gated(triple + "update_network_bond", {n_triple, width}, false);
    const std::string convolution = "graph_layers." + std::to_string(b) + ".conv.";
    for (const char* part : {"edge", "node"}) {
      gated(convolution + part + "_update_func", {3 * width, units, units, width}, true);
      linear(convolution + part + "_weight_func", width, n_pair, false);
    }
  }
  gated("final_layer.gated", {width, width, units, units, 1}, true);
  return model;
}

}  // namespace spinel::testing_support
