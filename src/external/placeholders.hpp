#pragma once

#include <string>
#include <utility>
#include <vector>

namespace spinel {

/// `text` with {name} replaced by its value, for each of `values`; ${name} is the shell's and stays.
std::string replace_placeholders(const std::string& text,
                                 const std::vector<std::pair<std::string, std::string>>& values);

}  // namespace spinel
