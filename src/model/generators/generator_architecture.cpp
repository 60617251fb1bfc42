#include "model/generators/generator_architecture.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "model/architecture.hpp"

namespace spinel {

DenoiserShape GeneratorArchitecture::shape() const {
  DenoiserShape s;
  s.width = static_cast<std::size_t>(width);
  s.layers = static_cast<std::size_t>(layers);
  s.frequencies = static_cast<std::size_t>(frequencies);
  s.n_types = elements.size() + (generates_types ? 1 : 0);
  s.n_crystal = n_time_features + 6 + 2 * conditions.size();
  if (has_latents()) s.n_crystal += static_cast<std::size_t>(latent.size) + 1;
  return s;
}

GeneratorArchitecture parse_generator_architecture(const std::string& text, const std::string& path) {
  const Architecture json(text, path);
  GeneratorArchitecture a;
  a.kind = json.one_of("kind", {"crystal_flow", "crystal_diffusion", "crystal_vae"});
  a.width = json.integer("width", 16, 4096);
  if (a.width % static_cast<std::int64_t>(row_granule) != 0)
    fail_input("model '{}': width = {} is no multiple of {}", path, a.width, row_granule);
  a.layers = json.integer("layers", 1, 64);
  a.frequencies = json.integer("frequencies", 1, 512);
  a.generates_types = json.value<bool>("generates_types");
  a.elements = json.value<std::vector<std::string>>("element_types");
  if (a.elements.empty()) fail_input("model '{}': its architecture knows no elements", path);
  a.lattice_mean = json.value<LatticeVector>("lattice_mean");
  a.lattice_std = json.value<LatticeVector>("lattice_std");
  for (const double x : a.lattice_std)
    if (!(x > 0.0)) fail_input("model '{}': lattice_std holds {}", path, x);
  const auto names = json.value<std::vector<std::string>>("conditions", {});
  const auto units = json.value<std::vector<std::string>>("condition_units", {});
  const auto ranges = json.value<std::vector<std::array<double, 4>>>("condition_ranges", {});
  if (units.size() != names.size() || ranges.size() != names.size())
    fail_input("model '{}': its conditions have not all units and ranges", path);
  for (std::size_t c = 0; c < names.size(); ++c)
    a.conditions.push_back({names[c], units[c], ranges[c][0], ranges[c][1], ranges[c][2], ranges[c][3]});
  if (a.is_diffusion()) {
    a.levels = json.integer("levels", 2, 100000);
    a.sigma_min = json.real("sigma_min", 1e-6, 1.0);
    a.sigma_max = json.real("sigma_max", a.sigma_min, 100.0);
  }
  if (a.kind == "crystal_vae") a.latent = parse_latent_architecture(json);
  return a;
}

std::string to_json(const GeneratorArchitecture& a) {
  nlohmann::json json = {{"kind", a.kind},
                         {"width", a.width},
                         {"layers", a.layers},
                         {"frequencies", a.frequencies},
                         {"generates_types", a.generates_types},
                         {"element_types", a.elements},
                         {"lattice_mean", a.lattice_mean},
                         {"lattice_std", a.lattice_std}};
  if (!a.conditions.empty()) {
    std::vector<std::string> names, units;
    std::vector<std::array<double, 4>> ranges;
    for (const GeneratorCondition& c : a.conditions) {
      names.push_back(c.name);
      units.push_back(c.unit);
      ranges.push_back({c.mean, c.std, c.lowest, c.highest});
    }
    json["conditions"] = names;
    json["condition_units"] = units;
    json["condition_ranges"] = ranges;
  }
  if (a.is_diffusion()) {
    json["levels"] = a.levels;
    json["sigma_min"] = a.sigma_min;
    json["sigma_max"] = a.sigma_max;
  }
  if (a.has_latents()) write_latent_architecture(a.latent, json);
  return json.dump();
}

namespace {

/// A cell of n times the atoms is as much larger: √3 k₆ = ln V.
double share_of_atoms(std::size_t n_atoms) { return std::log(static_cast<double>(n_atoms)) / std::sqrt(3.0); }

}  // namespace

LatticeVector standardized(const GeneratorArchitecture& a, LatticeVector k, std::size_t n_atoms) {
  k[5] -= share_of_atoms(n_atoms);
  for (std::size_t i = 0; i < k.size(); ++i) k[i] = (k[i] - a.lattice_mean[i]) / a.lattice_std[i];
  return k;
}

LatticeVector restored(const GeneratorArchitecture& a, LatticeVector z, std::size_t n_atoms) {
  for (std::size_t i = 0; i < z.size(); ++i) z[i] = a.lattice_mean[i] + a.lattice_std[i] * z[i];
  z[5] += share_of_atoms(n_atoms);
  return z;
}

template <class Real>
void crystal_features(const GeneratorArchitecture& a, double time, const LatticeVector& lattice,
                      const double* conditions, Real* to, const double* latent) {
  for (std::size_t j = 1; j <= n_time_features / 2; ++j) {
    const double phase = M_PI * static_cast<double>(j) * time;
    *to++ = static_cast<Real>(std::sin(phase));
    *to++ = static_cast<Real>(std::cos(phase));
  }
  for (const double x : lattice) *to++ = static_cast<Real>(x);
  for (std::size_t c = 0; c < a.conditions.size(); ++c) {
    const bool is_given = !std::isnan(conditions[c]);
    *to++ = is_given ? static_cast<Real>((conditions[c] - a.conditions[c].mean) / a.conditions[c].std) : Real(0);
    *to++ = is_given ? Real(1) : Real(0);
  }
  if (!a.has_latents()) return;
  for (std::int64_t j = 0; j < a.latent.size; ++j) *to++ = latent != nullptr ? static_cast<Real>(latent[j]) : Real(0);
  *to = latent != nullptr ? Real(1) : Real(0);
}

template void crystal_features(const GeneratorArchitecture&, double, const LatticeVector&, const double*, float*,
                               const double*);
template void crystal_features(const GeneratorArchitecture&, double, const LatticeVector&, const double*, double*,
                               const double*);

}  // namespace spinel
