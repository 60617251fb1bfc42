#pragma once

#include <string>
#include <vector>

#include "input/query_parameters.hpp"

namespace spinel {

/// A part of a query: pieces of its lists, each short enough for one address.
struct QueryPart {
  std::vector<std::string> ids, systems, formulas;
};
/// All parts, whose entries together are those of the query.
std::vector<QueryPart> query_parts(const QueryParameters& query);

/// The elements of "Ti-Al" in alphabetical order; "*", any element, last.
std::vector<std::string> symbols_of_system(const std::string& system);

}  // namespace spinel
