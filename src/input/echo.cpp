#include <algorithm>

#include "core/text.hpp"
#include "input/schema.hpp"
#include "input/value.hpp"

namespace spinel {

std::string echo(const Input& input) {
  Input values = input;  // members are reached through pointers that could write
  std::string result;
  for (const auto& group : schema()) {
    // A group that is used where it is given would be used where it is echoed.
    if (!group.optional_for.empty() && !group.used_in(input) && group.used_by(input.control.calculation)) continue;
    std::size_t width = 0;
    for (const auto& key : group.keys) width = std::max(width, key.name.size());
    result += "&" + group.name + "\n";
    for (const auto& key : group.keys) {
      const std::string text = member_text(key.member(values));
      if (text.empty())
        result += "  ! " + key.name + ": " + (key.special_meaning.empty() ? "none" : key.special_meaning) + "\n";
      else
        result += "  " + pad_right(key.name, width) + " = " + text + "\n";
    }
    result += "/\n";
  }
  return result;
}

std::string key_text(const Input& input, const std::string& group, const std::string& key) {
  Input values = input;
  return member_text(find_group(group)->find(key)->member(values));
}

}  // namespace spinel
