#pragma once

#include <cstdint>
#include <vector>

#include "core/random.hpp"
#include "model/generators/generator_architecture.hpp"

namespace spinel {

/// A crystal of the data as a generator is shown it.
struct GeneratorSample {
  std::vector<std::int32_t> type;  ///< [atom] place in element_types
  std::vector<double> fractional;  ///< [atom][3]
  LatticeVector lattice{};         ///< standardized
  std::vector<double> conditions;  ///< [condition] NaN: not known
  /// Integer matrices that keep the metric of its cell (metric_operations): descriptions of it that are as good.
  std::vector<std::array<std::int8_t, 9>> operations;
};

/// Noisy crystals, and what the network should say of them.
struct NoisyCrystals {
  std::vector<std::int64_t> first = {0};   ///< [crystal + 1]
  std::vector<std::int32_t> type;          ///< [atom]
  std::vector<float> fractional, crystal;  ///< [atom][3], [crystal][n_crystal]
  std::vector<float> velocity, cell;       ///< [atom][3], [crystal][6]
  std::vector<std::int32_t> true_type;     ///< [atom] of those that are masked, else −1

  std::size_t size() const { return first.size() - 1; }
  DenoiserInput<float> input() const { return {size(), first.data(), type.data(), fractional.data(), crystal.data()}; }
};

/// What parts of the loss count.
struct GeneratorLossWeights {
  double coordinates = 10.0, cell = 1.0, types = 1.0;
};

/// Noise of a generator, and the loss of what its network says of noisy crystals.
///
/// crystal_flow (Lipman et al., ICLR 2023; on the torus Chen & Lipman, ICLR 2024; FlowMM, Miller et al., ICML 2024):
/// with t uniform and x₀, k₀ noise (uniform, standard normal), x_t = x₀ + t log(x₀ → x₁) along the shorter way around
/// and k_t = k₀ + t (k₁ − k₀); the network learns log(x₀ → x₁), its mean over the atoms removed, and k₁ − k₀.
///
/// crystal_diffusion (DiffCSP): t one of `levels`; x_t = x + σ_t z, whose score, a wrapped normal's over the root of
/// its mean square, is learned, its mean over the atoms removed; k_t = √ᾱ k + √(1 − ᾱ) ε with the cosine schedule of
/// Nichol & Dhariwal (2021), whose ε is learned.
///
/// Where types are generated, the network also learns what masked atoms were. A third of the crystals has no masks, as
/// where a composition is given; in a third an atom is a mask with probability 1 − t (flow) or t/levels (diffusion), as
/// where species form together with positions; and in a third, with any probability at the end of all noise, as where a
/// composition is found first.
class CrystalNoise {
 public:
  CrystalNoise(const GeneratorArchitecture& architecture, double condition_dropout);

  /// Adds a noisy copy of a crystal. The sample is first turned by one of its operations and random. A crystal_vae is
  /// not shown a latent vector, which the caller adds.
  void add(const GeneratorSample& sample, RandomSequence& random, NoisyCrystals& to) const;

  /// Of crystals begin … end: the sum of their losses, parts in `parts` (coordinates, cell, types, unweighted; masked
  /// atoms), and the gradient times `scale`.
  double loss(const NoisyCrystals& crystals, std::size_t begin, std::size_t end, const GeneratorLossWeights& weights,
              double scale, const DenoiserOutput<float>& said, const DenoiserOutput<float>& gradient,
              std::array<double, 4>& parts) const;

  // Of the diffusion's levels 1 … n, index 0 … n − 1.
  const std::vector<double>& sigma() const { return sigma_; }
  const std::vector<double>& score_scale() const { return score_scale_; }  ///< √E[score²]
  const std::vector<double>& signal() const { return signal_; }            ///< ᾱ

 private:
  GeneratorArchitecture architecture_;
  double condition_dropout_;
  std::vector<double> sigma_, score_scale_, signal_;
};

}  // namespace spinel
