#include "model/generators/latent_architecture.hpp"

#include <array>

namespace spinel {

LatentArchitecture parse_latent_architecture(const Architecture& json) {
  LatentArchitecture latent;
  latent.size = json.integer("latent_size", 1, 2048);
  latent.head_width = json.integer("latent_head_width", 1, 4096);
  latent.max_atoms = json.integer("latent_max_atoms", 1, 100000);
  latent.encoder = parse_property_architecture(json.value<std::string>("latent_encoder"), json.path());
  if (latent.encoder.kind != "cgcnn" || latent.encoder.n_outputs() != 2 * latent.size)
    fail_input("model '{}': its encoder gives {} numbers for latent vectors of {}", json.path(),
               latent.encoder.n_outputs(), latent.size);
  const auto names = json.value<std::vector<std::string>>("latent_properties", {});
  const auto units = json.value<std::vector<std::string>>("latent_property_units", {});
  const auto zeros = json.value<std::vector<bool>>("latent_property_zeros", {});
  const auto ranges = json.value<std::vector<std::array<double, 4>>>("latent_property_ranges", {});
  if (units.size() != names.size() || zeros.size() != names.size() || ranges.size() != names.size())
    fail_input("model '{}': its latent_properties have not all units, zeros and ranges", json.path());
  for (std::size_t p = 0; p < names.size(); ++p) {
    if (!(ranges[p][1] > 0.0))
      fail_input("model '{}': the deviation of '{}' is {}", json.path(), names[p], ranges[p][1]);
    latent.properties.push_back({names[p], units[p], zeros[p], ranges[p][0], ranges[p][1], ranges[p][2], ranges[p][3]});
  }
  return latent;
}

void write_latent_architecture(const LatentArchitecture& latent, nlohmann::json& to) {
  to["latent_size"] = latent.size;
  to["latent_head_width"] = latent.head_width;
  to["latent_max_atoms"] = latent.max_atoms;
  to["latent_encoder"] = to_json(latent.encoder);
  std::vector<std::string> names, units;
  std::vector<bool> zeros;
  std::vector<std::array<double, 4>> ranges;
  for (const LatentProperty& p : latent.properties) {
    names.push_back(p.name);
    units.push_back(p.unit);
    zeros.push_back(p.has_zeros);
    ranges.push_back({p.mean, p.std, p.lowest, p.highest});
  }
  to["latent_properties"] = names;
  to["latent_property_units"] = units;
  to["latent_property_zeros"] = zeros;
  to["latent_property_ranges"] = ranges;
}

}  // namespace spinel
