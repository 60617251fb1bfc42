#pragma once

#include <torch/nn/module.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/generators/composition_statistics.hpp"
#include "model/generators/denoiser.hpp"
#include "train/objectives/generator_training.hpp"

// What the objectives of generators share. Includes torch: for .cpp files of this folder.

namespace spinel {

/// Draws of noise for each crystal that is assessed.
constexpr std::uint64_t assessment_draws = 8;

/// The crystals of a generator's training, and what is known of its training part: elements, lattices, contents,
/// conditions and properties.
class GeneratorSamples {
 public:
  GeneratorSamples(const GeneratorTrainingData& data, const std::vector<std::int64_t>& training_part);

  const GeneratorTrainingData& data() const { return data_; }
  const GeneratorArchitecture& architecture() const { return data_.architecture; }
  const CompositionStatistics& statistics() const { return statistics_; }
  /// Made once, not once an epoch: it takes a search for the operations of the cell.
  const GeneratorSample& at(std::int64_t sample);
  std::int64_t n_atoms(std::int64_t sample) const { return data_.atom_offset[sample + 1] - data_.atom_offset[sample]; }
  /// Work that it makes.
  double cost(std::int64_t sample) const;

 private:
  GeneratorSample make(std::int64_t sample) const;
  void fit_lattices(const std::vector<std::int64_t>& training_part);
  void fit_elements(const std::vector<std::int64_t>& training_part);
  void fit_conditions(const std::vector<std::int64_t>& training_part);
  void fit_properties(const std::vector<std::int64_t>& training_part);

  GeneratorTrainingData data_;
  CompositionStatistics statistics_;
  std::array<std::int32_t, 119> place_{};  // [atomic number] place in element_types
  std::vector<std::optional<GeneratorSample>> made_;
};

/// The weights of a denoiser, in its order and under its names.
class DenoiserModule : public torch::nn::Module {
 public:
  /// initial: null, or a crystal_flow whose weights it begins with, those of what only this one is shown zero.
  DenoiserModule(const Denoiser<float>& network, std::uint64_t seed, const GeneratorModel* initial);
  /// All of them, one after the other.
  torch::Tensor flat() const;

 private:
  std::vector<torch::Tensor> weights_;
};

/// scale · the sum of the losses of noisy crystals, a scalar in double. weights: DenoiserModule::flat(); latents:
/// [crystal][size + 1] latent vectors and 1, or zeros where the network is not shown them; undefined where it has none.
/// Differentiable with respect to both, once; the crystals' own rows are filled with the latents.
torch::Tensor denoiser_loss(const torch::Tensor& weights, const torch::Tensor& latents, Denoiser<float>& network,
                            const CrystalNoise& noise, NoisyCrystals& crystals, const GeneratorLossWeights& parts,
                            double scale);

/// The losses of `n` crystals, each of assessment_draws noisy ones after the other: of each the mean, and the means of
/// its parts (coordinates, cell, types).
struct AssessedCrystals {
  std::vector<double> loss;
  std::vector<std::array<double, 3>> parts;
};
AssessedCrystals assess_crystals(std::size_t n, const torch::Tensor& weights, Denoiser<float>& network,
                                 const CrystalNoise& noise, const NoisyCrystals& crystals,
                                 const GeneratorLossWeights& parts);

}  // namespace spinel
