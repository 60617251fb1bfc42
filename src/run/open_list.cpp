#include "run/open_list.hpp"

#include "run/find_beside_input.hpp"

namespace spinel {

std::shared_ptr<StructureSource> open_list(const RunContext& context, const std::string& given, const KeyName& at,
                                           const SourceOptions& options) {
  std::string path;
  if (context.world.is_root()) path = find_beside_input(context.input, given);
  context.world.broadcast(path);
  try {
    return open_structure_source(path, options, context.world);
  } catch (const InputError& error) {
    fail_key(context.input, at.group, at.key, error.what());
  }
}

}  // namespace spinel
