#pragma once

namespace spinel {

/// Threads of this process's networks: torch's own and those of an OpenBLAS beneath it, which does not listen to torch.
void set_network_threads(int threads);

}  // namespace spinel
