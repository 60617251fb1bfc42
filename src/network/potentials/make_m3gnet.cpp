#include "core/error.hpp"
#include "model/architecture.hpp"
#include "network/potentials/m3gnet.hpp"

namespace spinel {

std::shared_ptr<M3gnet> make_m3gnet(const ModelFile& file) {
  const Architecture a(file);
  if (a.value<bool>("is_intensive")) {
    const std::string property = a.has("property") ? a.value<std::string>("property") : "";
    fail_input("model '{}' is no interatomic potential: it predicts {} of a whole structure", file.path,
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

}  // namespace spinel
