#include "network/entry_points.hpp"

// Compiled in, not asked of core, whose functions are the program's own in this library too.
#include "core/build_info.hpp"

extern "C" const spinel::NetworkEntryPoints* spinel_network_entry_points() {
  static const spinel::NetworkEntryPoints entry_points{spinel::build_info::git_commit, &spinel::make_network_potential};
  return &entry_points;
}
