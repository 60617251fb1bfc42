#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/architecture.hpp"
#include "model/property_architecture.hpp"

namespace spinel {

/// A number of a crystal that its latent vector tells.
struct LatentProperty {
  std::string name, unit;  ///< of a scalar of the dataset
  /// It is never negative, and 0 for a share of the crystals, as a band gap is: then the network says P(x > 0), and x
  /// given that it is, as softplus(output)·std; else x = output·std + mean.
  bool has_zeros = false;
  double mean = 0.0, std = 1.0;        ///< of the training part; with has_zeros std is the mean of those above 0
  double lowest = 0.0, highest = 0.0;  ///< in the training part

  std::size_t n_outputs() const { return has_zeros ? 2 : 1; }
};

/// What a crystal_vae has beside its decoder: an encoder, crystal graph convolutions whose 2·size outputs are mean and
/// logarithm of the variance of a latent vector, and two perceptrons with two hidden layers of `head_width` that say
/// what crystal a latent vector is: its contents and its properties.
struct LatentArchitecture {
  std::int64_t size = 0;  ///< numbers of a latent vector; 0: the generator has none
  std::int64_t head_width = 128;
  std::int64_t max_atoms = 1;  ///< of a crystal of the training part
  PropertyArchitecture encoder;
  std::vector<LatentProperty> properties;

  /// Logits of the number of atoms (1 … max_atoms), of the species' shares and of their presence; standardized lattice.
  std::size_t n_contents(std::size_t n_elements) const {
    return static_cast<std::size_t>(max_atoms) + 2 * n_elements + 6;
  }
  std::size_t n_property_outputs() const {
    std::size_t n = 0;
    for (const LatentProperty& property : properties) n += property.n_outputs();
    return n;
  }
};

/// Reads the keys that begin with "latent" of a generator's architecture. InputError where one is missing or out of
/// range.
LatentArchitecture parse_latent_architecture(const Architecture& json);
/// Adds them.
void write_latent_architecture(const LatentArchitecture& latent, nlohmann::json& to);

}  // namespace spinel
