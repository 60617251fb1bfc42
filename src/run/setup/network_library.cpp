#include "run/setup/network_library.hpp"

#include <dlfcn.h>

#include <filesystem>

#include "core/error.hpp"
#include "core/provenance.hpp"

namespace spinel {

namespace {

struct Library {
  const NetworkEntryPoints* network;
  const TrainingEntryPoints* training;
};

Library load() {
  const auto path = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "libspinel_network.so";
  // Never closed: torch does not survive it.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) fail("the library of networks cannot be loaded: {}", dlerror());
  const auto symbol = [&](const char* name) {
    void* found = dlsym(library, name);
    if (found == nullptr) fail("{} is no library of Spinel: {}", path.string(), dlerror());
    return found;
  };
  const auto network = reinterpret_cast<decltype(&spinel_network_entry_points)>(symbol("spinel_network_entry_points"));
  const auto training =
      reinterpret_cast<decltype(&spinel_training_entry_points)>(symbol("spinel_training_entry_points"));
  const NetworkEntryPoints* points = network();
  if (points->git_commit != provenance().git_commit)
    fail("{} was built from commit {}, this program from {}: build both again", path.string(), points->git_commit,
         provenance().git_commit);
  return {points, training()};
}

const Library& library() {
  static const Library loaded = load();
  return loaded;
}

}  // namespace

const NetworkEntryPoints& network_library() { return *library().network; }
const TrainingEntryPoints& training_library() { return *library().training; }

}  // namespace spinel
