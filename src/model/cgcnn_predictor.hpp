#pragma once

#include <memory>

#include "model/property_predictor.hpp"

namespace spinel {

/// Cgcnn (network/properties/cgcnn.hpp) frozen: the first projection of every element is a table, the rest goes through
/// the kernels of its training (kernel/crystal_kernels.hpp), one crystal at a time, which stays in cache.
std::unique_ptr<PropertyPredictor> make_cgcnn_predictor(const ModelFile& file, PropertyArchitecture architecture);

}  // namespace spinel
