#pragma once

#include <vector>

#include "model/generators/composition_statistics.hpp"
#include "model/generators/generator_architecture.hpp"
#include "model/model_file.hpp"

namespace spinel {

/// A trained generator.
struct GeneratorModel {
  /// InputError where the file is no generator, or lacks a weight.
  explicit GeneratorModel(const ModelFile& file);

  GeneratorArchitecture architecture;
  std::vector<float> weights;  ///< as Denoiser has them
  CompositionStatistics statistics;
};

}  // namespace spinel
