#pragma once

#include <memory>

#include "io/dataset/dataset.hpp"
#include "run/context.hpp"
#include "train/data/split.hpp"

namespace spinel {

/// What &dataset names.
struct LoadedDataset {
  std::unique_ptr<Dataset> dataset;
  Split split;  ///< of the structures that have the target
  std::int64_t n_without_target = 0;
};

/// Collective. Reads the files of &dataset and divides the structures that have its target. With split = 'files' and
/// files of structures, those of `file`, validation_file and test_file come in this order in one dataset. InputError
/// with file, line and key where something is not as it should be.
LoadedDataset load_dataset(const RunContext& context);

}  // namespace spinel
