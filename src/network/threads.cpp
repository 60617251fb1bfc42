#include "network/threads.hpp"

#include <ATen/Parallel.h>
#include <dlfcn.h>

namespace spinel {

void set_network_threads(int threads) {
  at::set_num_threads(threads);
  if (auto* set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(threads);
}

}  // namespace spinel
