#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "network/m3gnet.hpp"

namespace spinel {

namespace {

using nlohmann::json;

template <class T>
T value(const json& architecture, const char* key, const std::string& path) {
  const auto found = architecture.find(key);
  if (found == architecture.end()) fail_input("model '{}': its architecture lacks '{}'", path, key);
  try {
    return found->get<T>();
  } catch (const json::exception&) {
    fail_input("model '{}': '{}' of its architecture is {}", path, key, found->dump());
  }
}

template <class T>
T in_range(T x, T low, T high, const char* key, const std::string& path) {
  if (!(x >= low && x <= high))
    fail_input("model '{}': {} = {} of its architecture is not between {} and {}", path, key, x, low, high);
  return x;
}

/// Values that matgl offers and this class does not compute.
void refuse(const json& architecture, const char* key, const json& expected, const std::string& path) {
  const auto found = architecture.find(key);
  if (found != architecture.end() && !found->is_null() && *found != expected)
    fail_input("model '{}': {} = {} is not supported for a potential, only {}", path, key, found->dump(),
               expected.dump());
}

}  // namespace

std::shared_ptr<M3gnet> make_m3gnet(const ModelFile& file) {
  const std::string& path = file.path;
  const json a = json::parse(file.architecture, nullptr, false);
  if (!a.is_object()) fail_input("model '{}': its architecture is no JSON object", path);
  if (value<bool>(a, "is_intensive", path))
    fail_input("model '{}' is no interatomic potential: it predicts {} of a whole structure", path,
               a.value("property", "") == "" ? "a property" : a.value("property", ""));
  refuse(a, "rbf_type", "SphericalBessel", path);
  refuse(a, "use_phi", false, path);
  refuse(a, "include_state", false, path);
  refuse(a, "activation_type", "swish", path);
  refuse(a, "task_type", "regression", path);
  refuse(a, "ntargets", 1, path);

  M3gnetArchitecture m;
  m.element_types = value<std::vector<std::string>>(a, "element_types", path);
  const auto integer = [&](const char* key, int most) {
    return static_cast<int>(in_range<std::int64_t>(value<std::int64_t>(a, key, path), 1, most, key, path));
  };
  m.max_n = integer("max_n", 64);
  m.max_l = integer("max_l", 8);
  m.nblocks = integer("nblocks", 64);
  m.units = integer("units", 1 << 14);
  m.dim_node_embedding = integer("dim_node_embedding", 1 << 14);
  m.dim_edge_embedding = integer("dim_edge_embedding", 1 << 14);
  m.use_smooth = value<bool>(a, "use_smooth", path);
  m.cutoff = in_range(value<double>(a, "cutoff", path), 0.1, 100.0, "cutoff", path);
  m.threebody_cutoff = in_range(value<double>(a, "threebody_cutoff", path), 0.1, m.cutoff, "threebody_cutoff", path);

  const std::size_t n_elements = m.element_types.size();
  auto model = std::make_shared<M3gnet>(std::move(m));
  model->scale = value<double>(a, "data_std", path);
  model->shift = value<double>(a, "data_mean", path);
  model->element_energy = value<std::vector<double>>(a, "element_refs", path);
  if (model->element_energy.size() != n_elements)
    fail_input("model '{}': {} element_refs for {} elements", path, model->element_energy.size(), n_elements);
  return model;
}

}  // namespace spinel
