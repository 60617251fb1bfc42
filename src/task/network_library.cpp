#include "task/network_library.hpp"

#include <dlfcn.h>

#include <filesystem>

#include "core/error.hpp"
#include "core/provenance.hpp"

namespace spinel {

namespace {

const NetworkEntryPoints* load() {
  const auto path = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "libspinel_network.so";
  // Never closed: torch does not survive it.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) fail("the library of networks cannot be loaded: {}", dlerror());
  const auto entry =
      reinterpret_cast<decltype(&spinel_network_entry_points)>(dlsym(library, "spinel_network_entry_points"));
  if (entry == nullptr) fail("{} is no library of Spinel: {}", path.string(), dlerror());
  const NetworkEntryPoints* points = entry();
  if (points->git_commit != provenance().git_commit)
    fail("{} was built from commit {}, this program from {}: build both again", path.string(), points->git_commit,
         provenance().git_commit);
  return points;
}

}  // namespace

const NetworkEntryPoints& network_library() {
  static const NetworkEntryPoints* const points = load();
  return *points;
}

}  // namespace spinel
