#pragma once

#include <memory>
#include <string>

#include "io/dataset/dataset.hpp"
#include "source/read_warnings.hpp"
#include "source/structure_source.hpp"

namespace spinel {

/// Collective. The structures of a file or folder of any kind as a dataset: *.h5 as it is, others read by all ranks, a
/// part each. InputError on all ranks where it cannot be read, or for the first structure that is wrong. What was odd
/// is added to `warnings` on rank 0.
std::unique_ptr<Dataset> read_dataset(const std::string& path, const Communicator& communicator,
                                      const ReadOptions& options = {}, ReadWarnings* warnings = nullptr);

}  // namespace spinel
