#pragma once

#include <string>
#include <vector>

#include "run/context.hpp"

namespace spinel {

/// On one rank. Is it <prefix>.samples.h5, with spins instead of structures, by &convert format or its name and
/// content?
bool is_ising_source(const std::string& path, const std::string& format);
/// Collective. The configurations of all samples files of &convert sources (task/ising/ising_samples.hpp), which are at
/// `paths`, to one file of spins, each rank a part: doc/datasets.md.
void convert_ising(const RunContext& context, const std::vector<std::string>& paths, const std::string& output);
/// Collective. InputError where a source holds no configurations.
void check_ising_sources(const RunContext& context, const std::vector<std::string>& paths);

}  // namespace spinel
