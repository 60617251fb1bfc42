#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "source/structure_source.hpp"
#include "stability/composition.hpp"

namespace spinel {

/// A structure of one of several lists.
struct ListedStructure {
  std::int64_t source, number;
};

/// Of the structures of `sources` that have a number `label`, the `n` distinct compounds (StructureMatcher) with the
/// smallest, and of each of their elements the two distinct crystals with the smallest, in that order: potentials that
/// order compounds well may yet confuse stackings of an element. `is_wanted`: of a composition. Reads every structure.
/// InputError where there is no compound with such a number.
std::vector<ListedStructure> lowest_structures(const std::vector<std::shared_ptr<StructureSource>>& sources,
                                               const std::string& label, std::int64_t n,
                                               const std::function<bool(const Composition&)>& is_wanted);

}  // namespace spinel
