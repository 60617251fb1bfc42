#include "input/target_window.hpp"

#include <cmath>
#include <cstdlib>

#include "core/error.hpp"

namespace spinel {

namespace {

std::string without_blanks(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

}  // namespace

TargetWindow parse_target_window(const std::string& text) {
  const auto wrong = [&] {
    fail_input(
        "'{}' is not a number's name with its lowest and highest value, such as 'band_gap: 1.1 .. 1.7' or "
        "'energy_above_hull: .. 0.02'",
        text);
  };
  const std::size_t colon = text.find(':'), dots = text.find("..", colon == std::string::npos ? 0 : colon);
  if (colon == std::string::npos || dots == std::string::npos) wrong();
  TargetWindow window;
  window.name = without_blanks(text.substr(0, colon));
  if (window.name.empty()) wrong();
  const auto read = [&](const std::string& part, double& value) {
    const std::string number = without_blanks(part);
    if (number.empty()) return false;
    char* end = nullptr;
    value = std::strtod(number.c_str(), &end);
    if (end == number.c_str() || *end != '\0' || !std::isfinite(value)) wrong();
    return true;
  };
  const bool has_lowest = read(text.substr(colon + 1, dots - colon - 1), window.lowest);
  const bool has_highest = read(text.substr(dots + 2), window.highest);
  if ((!has_lowest && !has_highest) || window.lowest > window.highest) wrong();
  return window;
}

}  // namespace spinel
