#include "bayes/choice/search_box.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "crystal/formats/text_file.hpp"

namespace spinel {

namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_name(const std::string& name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && is_letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

Variable parse_variable(const std::string& text) {
  const auto wrong = [&](const std::string& what) {
    throw InputError(
        fmt::format("'{}': {}; as in 'x: 0 .. 1', 't: 300 .. 1200 log' or 'n: 1 .. 8 integer'", text, what));
  };
  Variable v;
  const auto colon = text.find(':'), dots = text.find("..");
  if (colon == std::string::npos || dots == std::string::npos || dots < colon) wrong("is not a name and a range");
  v.name = trimmed(text.substr(0, colon));
  if (!is_name(v.name)) wrong("the name is not of letters, digits and _");
  if (!parse_number(trimmed(text.substr(colon + 1, dots - colon - 1)), v.lowest)) wrong("the lowest is not a number");
  std::string rest = trimmed(text.substr(dots + 2));
  const auto end = rest.find_first_of(" \t");
  if (!parse_number(rest.substr(0, end), v.highest)) wrong("the highest is not a number");
  rest = end == std::string::npos ? "" : trimmed(rest.substr(end));
  while (!rest.empty()) {
    const auto word_end = rest.find_first_of(" \t");
    const std::string word = rest.substr(0, word_end);
    if (word == "log")
      v.is_log = true;
    else if (word == "integer")
      v.is_integer = true;
    else
      wrong(fmt::format("'{}' is neither log nor integer", word));
    rest = word_end == std::string::npos ? "" : trimmed(rest.substr(word_end));
  }
  if (!std::isfinite(v.lowest) || !std::isfinite(v.highest)) wrong("the range is not finite");
  if (v.lowest >= v.highest) wrong("the lowest is not below the highest");
  if (v.is_log && v.lowest <= 0.0) wrong("a logarithmic scale needs a lowest above 0");
  if (v.is_integer && (v.lowest != std::round(v.lowest) || v.highest != std::round(v.highest) ||
                       std::max(std::abs(v.lowest), std::abs(v.highest)) > 1e15))
    wrong("the ends of whole numbers are not whole, or too large");
  return v;
}

namespace {

/// The ends of the cube's side: whole numbers have half a step on both.
std::pair<double, double> ends_of(const Variable& v) {
  const double half = v.is_integer ? 0.5 : 0.0;
  double low = v.lowest - half, high = v.highest + half;
  if (v.is_log) low = std::log(std::max(low, 0.5 * v.lowest)), high = std::log(high);
  return {low, high};
}

}  // namespace

std::vector<double> SearchBox::values(const Eigen::VectorXd& point) const {
  std::vector<double> result;
  for (std::size_t k = 0; k < variables_.size(); ++k) {
    const Variable& v = variables_[k];
    const auto [low, high] = ends_of(v);
    double value = low + (high - low) * point[static_cast<std::int64_t>(k)];
    if (v.is_log) value = std::exp(value);
    if (v.is_integer) value = std::round(value);
    result.push_back(std::min(std::max(value, v.lowest), v.highest));
  }
  return result;
}

Eigen::VectorXd SearchBox::point(const std::vector<double>& values) const {
  Eigen::VectorXd result(n_variables());
  for (std::size_t k = 0; k < variables_.size(); ++k) {
    const auto [low, high] = ends_of(variables_[k]);
    const double value = variables_[k].is_log ? std::log(values[k]) : values[k];
    result[static_cast<std::int64_t>(k)] = (value - low) / (high - low);
  }
  return result;
}

double SearchBox::count() const {
  double n = 1.0;
  for (const Variable& v : variables_) {
    if (!v.is_integer) return 0.0;
    n *= v.highest - v.lowest + 1.0;
  }
  return n;
}

std::string SearchBox::text(std::size_t variable, double value) const {
  return variables_[variable].is_integer ? fmt::format("{:.0f}", value) : fmt::format("{}", value);
}

}  // namespace spinel
