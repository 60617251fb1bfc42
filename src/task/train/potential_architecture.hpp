#pragma once

#include <string>
#include <vector>

#include "input/parameters.hpp"

namespace spinel {

/// The architecture of a new interatomic potential as &model describes it, as the JSON of a model file (doc/models.md).
std::string potential_architecture(const ModelParameters& model, const std::vector<std::string>& elements);

}  // namespace spinel
