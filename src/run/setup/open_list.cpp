#include "run/setup/open_list.hpp"

#include "run/setup/find_file.hpp"

namespace spinel {

std::shared_ptr<StructureSource> open_list(const RunContext& context, const std::string& given, const KeyName& at,
                                           const SourceOptions& options) {
  const std::string path = find_file(context.place(at.group), at.key, given, context.world);
  try {
    return open_structure_source(path, options, context.world);
  } catch (const InputError& error) {
    fail_key(context.input, at.group, at.key, error.what());
  }
}

}  // namespace spinel
