#include "database/database.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.hpp"
#include "database/query_parts.hpp"
#include "database/url.hpp"

namespace spinel {

namespace {

/// Pieces of a list; one empty piece of an empty one.
std::vector<std::vector<std::string>> pieces_of(const std::vector<std::string>& list) {
  std::vector<std::vector<std::string>> pieces;
  for (std::size_t at = 0; at < list.size() || pieces.empty(); at += names_per_request) {
    const auto begin = list.begin() + static_cast<std::ptrdiff_t>(at);
    const auto n = std::min(names_per_request, list.size() - at);
    pieces.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(n));
  }
  return pieces;
}

void add_once(std::vector<std::string>& list, const std::string& name) {
  if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
}

}  // namespace

Database::Database(std::string url) : url_(std::move(url)) {
  url_origin(url_);  // throws where it is none
  while (!url_.empty() && url_.back() == '/') url_.pop_back();
}

std::vector<std::string> Database::further_pages(const std::string&, const DatabasePage&, std::int64_t) const {
  return {};
}

std::vector<std::string> symbols_of_system(const std::string& system) {
  std::vector<std::string> symbols;
  for (std::size_t at = 0; at <= system.size();) {
    const std::size_t end = std::min(system.find('-', at), system.size());
    symbols.push_back(system.substr(at, end - at));
    at = end + 1;
  }
  // "*" stands for any element, and last.
  std::sort(symbols.begin(), symbols.end(),
            [](const std::string& a, const std::string& b) { return std::pair(a == "*", a) < std::pair(b == "*", b); });
  return symbols;
}

std::vector<std::string> chemical_systems(const QueryParameters& query) {
  std::vector<std::string> systems;
  for (const std::string& system : query.chemical_system) {
    const auto symbols = symbols_of_system(system);
    if (!query.subsystems) {
      add_once(systems, fmt::format("{}", fmt::join(symbols, "-")));
      continue;
    }
    for (std::size_t set = 1; set < std::size_t{1} << symbols.size(); ++set) {
      std::vector<std::string> some;
      for (std::size_t k = 0; k < symbols.size(); ++k)
        if ((set >> k & 1) != 0) some.push_back(symbols[k]);
      add_once(systems, fmt::format("{}", fmt::join(some, "-")));
    }
  }
  return systems;
}

std::vector<QueryPart> query_parts(const QueryParameters& query) {
  std::vector<QueryPart> parts;
  for (const auto& ids : pieces_of(query.ids))
    for (const auto& systems : pieces_of(chemical_systems(query)))
      for (const auto& formulas : pieces_of(query.formula)) parts.push_back({ids, systems, formulas});
  return parts;
}

}  // namespace spinel
