#pragma once

#include "network/entry_points.hpp"
#include "train/entry_points.hpp"

namespace spinel {

/// Loads libspinel_network.so, which lies beside the program, on the first call of the process. Throws Error where it
/// is missing, cannot be loaded, or belongs to another build.
const NetworkEntryPoints& network_library();
/// The same library's part that trains.
const TrainingEntryPoints& training_library();

}  // namespace spinel
