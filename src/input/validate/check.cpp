#include "input/validate/check.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "input/value.hpp"

namespace spinel {

void check_type_map(const Check& check, const ReadParameters& parameters) {
  for (const std::string& entry : parameters.type_map) {
    const auto colon = entry.rfind(':');
    check(colon == std::string::npos || colon == 0 || colon + 1 == entry.size(), "type_map",
          "'{}' is not 'label: element', such as '1: Mg'", entry);
  }
}

bool has_empty(const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [](const std::string& name) { return name.empty(); });
}

std::string repeated(const std::vector<std::string>& names) {
  std::set<std::string> seen;
  for (const auto& name : names)
    if (!seen.insert(name).second) return name;
  return "";
}

void check_selected_keys(const Input& input, const std::string& group) {
  Input given = input, standard;
  const Group& keys = *find_group(group);
  for (const Key& key : keys.keys) {
    if (key.selector.empty() || member_text(key.member(given)) == member_text(key.member(standard))) continue;
    const std::string& choice = *std::get<std::string*>(keys.find(key.selector)->member(given));
    if (std::find(key.selected_by.begin(), key.selected_by.end(), choice) == key.selected_by.end())
      fail_key(
          input, group, key.name,
          fmt::format("belongs to {} = '{}', not to '{}'", key.selector, fmt::join(key.selected_by, "', '"), choice));
  }
}

}  // namespace spinel
