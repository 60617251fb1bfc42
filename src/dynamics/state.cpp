#include "dynamics/state.hpp"

#include "core/error.hpp"

namespace spinel {

const std::vector<double>& state_array(const State& state, const std::string& name, std::size_t size) {
  const auto found = state.find(name);
  if (found == state.end())
    fail("the checkpoint has no '{}': it was written by a run with another ensemble, thermostat or analysis", name);
  if (size > 0 && found->second.size() != size)
    fail("the checkpoint holds {} values of '{}' where this run needs {}: the input has changed", found->second.size(),
         name, size);
  return found->second;
}

}  // namespace spinel
