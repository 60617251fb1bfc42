#pragma once

#include <memory>
#include <string>

#include "run/context.hpp"
#include "source/structure_source.hpp"

namespace spinel {

/// Where an input names something.
struct KeyName {
  const char *group, *key;
};

/// Collective. The list of structures that a key names. InputError located there.
std::shared_ptr<StructureSource> open_list(const RunContext& context, const std::string& given, const KeyName& at,
                                           const SourceOptions& options = {});

}  // namespace spinel
