#include "external/placeholders.hpp"

#include <algorithm>

namespace spinel {

std::string replace_placeholders(const std::string& text,
                                 const std::vector<std::pair<std::string, std::string>>& values) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const bool of_shell = at > 0 && text[at - 1] == '$';  // ${name}
    const auto found = std::find_if(values.begin(), values.end(), [&](const auto& value) {
      return !of_shell && text.compare(at, value.first.size() + 2, "{" + value.first + "}") == 0;
    });
    if (found == values.end()) {
      result += text[at++];
    } else {
      result += found->second;
      at += found->first.size() + 2;
    }
  }
  return result;
}

}  // namespace spinel
