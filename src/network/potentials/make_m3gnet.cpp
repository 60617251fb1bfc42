#include "core/error.hpp"
#include "network/potentials/m3gnet.hpp"

namespace spinel {

std::shared_ptr<EnergyModel> make_m3gnet(const Architecture& a) {
  if (a.value<bool>("is_intensive")) {
    const std::string property = a.has("property") ? a.value<std::string>("property") : "";
    fail_input("model '{}' is no interatomic potential: it predicts {} of a whole structure", a.path(),
               property.empty() ? "a property" : property);
  }
  a.refuse_other("rbf_type", "SphericalBessel");
  a.refuse_other("use_phi", false);
  a.refuse_other("include_state", false);
  a.refuse_other("activation_type", "swish");
  a.refuse_other("task_type", "regression");
  a.refuse_other("ntargets", 1);

  M3gnetArchitecture m;
  m.element_types = a.value<std::vector<std::string>>("element_types");
  m.max_n = a.count("max_n", 64);
  m.max_l = a.count("max_l", 8);
  m.nblocks = a.count("nblocks", 64);
  m.units = a.count("units", 1 << 14);
  m.dim_node_embedding = a.count("dim_node_embedding", 1 << 14);
  m.dim_edge_embedding = a.count("dim_edge_embedding", 1 << 14);
  m.use_smooth = a.value<bool>("use_smooth");
  m.cutoff = a.real("cutoff", 0.1, 100.0);
  m.threebody_cutoff = a.real("threebody_cutoff", 0.1, m.cutoff);
  return std::make_shared<M3gnet>(std::move(m));
}

void describe_m3gnet(const ModelParameters& p, nlohmann::json& a) {
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
}

}  // namespace spinel
