#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "../force_fields.hpp"
#include "network/potentials/network_potential.hpp"

namespace spinel::testing_support {

/// A published model of the shared data, imported by scripts/import_model.py, or nothing where data or Python are not
/// there. Collective; kept for the life of the program.
inline const ModelFile* published_model(const std::string& name) {
  static std::map<std::string, std::unique_ptr<ModelFile>> kept;
  const auto found = kept.find(name);
  if (found != kept.end()) return found->second.get();
  auto& model = kept[name];
  const auto world = Communicator::world();
  const std::string source = data_file("m3gnet/" + name + "/state.pt");
  std::string path;
  if (world.is_root() && !source.empty()) {
    char temporary[] = "/tmp/spinel_model_XXXXXX";
    const int file = mkstemp(temporary);
    const std::string folder = source.substr(0, source.rfind('/'));
    const std::string command =
        "/usr/bin/python3 -c 'import numpy, h5py' 2> /dev/null && /usr/bin/python3 " SPINEL_SOURCE_DIR
        "/scripts/import_model.py '" +
        folder + "' " + temporary + " > /dev/null";
    if (file >= 0 && std::system(command.c_str()) == 0) path = temporary;
    if (file >= 0 && path.empty()) std::remove(temporary);
  }
  world.broadcast(path);
  if (path.empty()) return nullptr;
  model = std::make_unique<ModelFile>(read_model_file(path, world));
  if (world.is_root()) std::remove(path.c_str());
  return model.get();
}

inline std::shared_ptr<Potential> network_potential(const ModelFile& model, const Structure& structure,
                                                    bool single = false,
                                                    const Communicator& communicator = Communicator::world()) {
  NetworkOptions options;
  options.single_precision = single;
  return make_network_potential(model, structure.species, options, communicator);
}

}  // namespace spinel::testing_support
