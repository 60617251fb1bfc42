#pragma once

#include <map>
#include <string>
#include <vector>

namespace spinel {

/// What an engine must remember to continue bitwise as if never stopped, besides the per-atom data in LocalAtoms:
/// named arrays, the same on every rank, in the order and precision they were given. Goes into the checkpoint as it is.
using State = std::map<std::string, std::vector<double>>;

/// The array `name`; throws Error where the checkpoint lacks it or (size > 0) holds another number of values.
const std::vector<double>& state_array(const State& state, const std::string& name, std::size_t size = 0);

}  // namespace spinel
