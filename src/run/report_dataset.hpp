#pragma once

#include "core/log.hpp"
#include "io/dataset/dataset.hpp"

namespace spinel {

/// What a dataset holds, as a table of its numbers.
void report_dataset(Log& log, const Dataset& data);

}  // namespace spinel
