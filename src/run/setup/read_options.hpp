#pragma once

#include "crystal/formats/read_options.hpp"
#include "input/parameters.hpp"

namespace spinel {

/// What an input says of the reading of structures, as the readers take it. `labels`: null where labels do not count.
ReadOptions read_options(const ReadParameters& parameters, const LabelParameters* labels = nullptr);

}  // namespace spinel
