#pragma once

#include <vector>

#include "model/model_file.hpp"
#include "model/vectors/vector_architecture.hpp"

namespace spinel {

/// A trained flow of vectors.
struct VectorModel {
  /// InputError where the file is of another kind, or lacks a weight.
  explicit VectorModel(const ModelFile& file);

  VectorArchitecture architecture;
  std::vector<double> weights;  ///< as VectorFlow has them
};

}  // namespace spinel
