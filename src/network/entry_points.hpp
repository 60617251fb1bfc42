#pragma once

#include "network/potentials/network_potential.hpp"

namespace spinel {

/// What the program calls in the shared library of networks, which it loads only when a run needs one: libtorch and the
/// several hundred libraries behind it take half a second and 150 MB in every rank.
struct NetworkEntryPoints {
  const char* git_commit;  ///< of the sources it was built from; must be that of the program
  decltype(&make_network_potential) make_potential;
};

}  // namespace spinel

/// The one symbol that is looked up by name.
extern "C" const spinel::NetworkEntryPoints* spinel_network_entry_points();
