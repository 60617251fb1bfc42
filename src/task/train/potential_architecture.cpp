#include "task/train/potential_architecture.hpp"

#include <nlohmann/json.hpp>

namespace spinel {

std::string potential_architecture(const ModelParameters& p, const std::vector<std::string>& elements) {
  nlohmann::json a = {{"kind", p.kind},     {"element_types", elements},
                      {"cutoff", p.cutoff}, {"data_mean", 0.0},
                      {"data_std", 1.0},    {"element_refs", std::vector<double>(elements.size(), 0.0)}};
  if (p.kind == "m3gnet") {
    // As matgl names them; three radial functions with three angular ones, as published models have.
    a.update({{"is_intensive", false},
              {"rbf_type", "SphericalBessel"},
              {"use_smooth", true},
              {"max_n", 3},
              {"max_l", 3},
              {"nblocks", p.convolutions},
              {"units", p.width},
              {"dim_node_embedding", p.width},
              {"dim_edge_embedding", p.width},
              {"threebody_cutoff", p.threebody_cutoff}});
  } else {
    a.update({{"width", p.width}, {"interactions", p.convolutions}, {"radial_functions", p.radial_functions}});
    if (p.kind == "painn") a["moments"] = p.moments;
  }
  if (p.repulsion) {
    a["zbl_outer"] = p.repulsion_outer;
    a["zbl_inner"] = p.repulsion_inner > 0.0 ? p.repulsion_inner : 0.5 * p.repulsion_outer;
  }
  return a.dump();
}

}  // namespace spinel
