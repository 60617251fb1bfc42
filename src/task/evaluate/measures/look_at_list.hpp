#pragma once

#include <functional>
#include <string>
#include <vector>

#include "parallel/communicator.hpp"
#include "parallel/record_exchange.hpp"
#include "source/structure_source.hpp"

namespace spinel {

/// What was found of the structures of a list.
struct LookedAt {
  std::vector<Record> records;        ///< [structure] what was packed of it; empty: it cannot be read
  std::vector<std::string> problems;  ///< why those cannot be read, in their order
};

/// Collective. Reads a list, each rank its share, and packs what `look(number, structure)` finds of each; all of it on
/// all ranks. What `look` throws as InputError counts as a structure that cannot be read.
LookedAt look_at_list(const Communicator& communicator, StructureSource& list,
                      const std::function<Record(std::int64_t number, const Structure& structure)>& look);

}  // namespace spinel
