#pragma once

#include <vector>

#include "model/property_architecture.hpp"
#include "run/context.hpp"

namespace spinel {

/// Collective. The architecture that &model describes; property and unit are the caller's. `element_features`: rows of
/// the file of that key for the elements of the architecture, empty where they are learned. InputError where that file
/// is missing or wrong.
PropertyArchitecture make_architecture(const RunContext& context, std::vector<double>& element_features);

}  // namespace spinel
