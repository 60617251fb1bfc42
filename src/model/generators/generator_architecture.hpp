#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crystal/lattice_vector.hpp"
#include "model/generators/denoiser.hpp"
#include "model/generators/latent_architecture.hpp"

namespace spinel {

/// A number of a crystal that generation may be asked for.
struct GeneratorCondition {
  std::string name, unit;              ///< of a scalar of the dataset
  double mean = 0.0, std = 1.0;        ///< of the training part: the network is shown (value − mean)/std
  double lowest = 0.0, highest = 0.0;  ///< in the training part
};

/// What a generator of crystals is built from: the JSON text `architecture` of its model file (doc/models.md), read and
/// checked. Names of the keys are in brackets where they differ.
struct GeneratorArchitecture {
  std::string kind = "crystal_flow";  ///< crystal_flow | crystal_diffusion | crystal_vae: a flow shown latent vectors
  std::int64_t width = 96, layers = 4, frequencies = 10;
  /// Does it make species too, atom by atom from a mask? Else a composition is given.
  bool generates_types = false;
  std::vector<std::string> elements;  ///< those of the training part, in the order of their rows [element_types]
  /// Of the training part's lattice vectors, the sixth without the share of the number of atoms (ln N)/√3.
  LatticeVector lattice_mean{}, lattice_std{};
  std::vector<GeneratorCondition> conditions;
  std::int64_t levels = 1000;                 ///< of noise, crystal_diffusion
  double sigma_min = 0.005, sigma_max = 0.5;  ///< of fractional coordinates at the first and last level
  LatentArchitecture latent;                  ///< crystal_vae

  bool is_diffusion() const { return kind == "crystal_diffusion"; }
  bool has_latents() const { return latent.size > 0; }
  std::int32_t mask() const { return static_cast<std::int32_t>(elements.size()); }
  DenoiserShape shape() const;
};

/// Numbers of the time that the network is shown.
constexpr std::size_t n_time_features = 32;

/// Reads the JSON text; `path` is its model file in messages. InputError where a key is missing or out of range, or it
/// is of another kind.
GeneratorArchitecture parse_generator_architecture(const std::string& text, const std::string& path);
/// The text that parse_generator_architecture reads back to the same.
std::string to_json(const GeneratorArchitecture& architecture);

/// (k − mean)/std of a cell with n atoms, and back.
LatticeVector standardized(const GeneratorArchitecture& architecture, LatticeVector k, std::size_t n_atoms);
LatticeVector restored(const GeneratorArchitecture& architecture, LatticeVector z, std::size_t n_atoms);

/// What a crystal brings to the network, shape().n_crystal numbers: sines and cosines of the time, 0 … 1, the
/// standardized lattice, of each condition its standardized value and 1, or 0 and 0 where that is NaN (not given), and
/// of a crystal_vae its latent vector [latent.size] and 1, or zeros where that is null. Real: float or double.
template <class Real>
void crystal_features(const GeneratorArchitecture& architecture, double time, const LatticeVector& lattice,
                      const double* conditions, Real* to, const double* latent = nullptr);

}  // namespace spinel
