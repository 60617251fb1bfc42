#include "crystal/symmetry_operation.hpp"

#include <charconv>
#include <cmath>

#include "core/error.hpp"

namespace spinel {

namespace {

/// Unsigned number, decimal or a fraction, at the front of `text`. False where there is none.
bool take_number(std::string_view& text, double& value) {
  const auto take = [&text](double& x) {
    if (text.empty() || !((text[0] >= '0' && text[0] <= '9') || text[0] == '.')) return false;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), x, std::chars_format::fixed);
    if (error != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    return true;
  };
  if (!take(value)) return false;
  if (text.empty() || text[0] != '/') return true;
  text.remove_prefix(1);
  double divisor = 0.0;
  if (!take(divisor) || divisor == 0.0) return false;
  value /= divisor;
  return true;
}

/// One row: terms with signs, each a number, a letter, or number[*]letter.
bool parse_row(std::string_view text, SymmetryOperation& operation, int row) {
  if (text.empty()) return false;
  while (!text.empty()) {
    double factor = 1.0;
    if (text[0] == '+' || text[0] == '-') {
      factor = text[0] == '-' ? -1.0 : 1.0;
      text.remove_prefix(1);
    }
    double number = 1.0;
    const bool has_number = take_number(text, number);
    if (has_number && !text.empty() && text[0] == '*') text.remove_prefix(1);
    const std::size_t axis = text.empty() ? std::string_view::npos : std::string_view("xyz").find(text[0]);
    if (axis != std::string_view::npos) {
      operation.rotation(row, static_cast<Eigen::Index>(axis)) += factor * number;
      text.remove_prefix(1);
    } else if (has_number) {
      operation.translation[row] += factor * number;
    } else {
      return false;
    }
    if (!text.empty() && text[0] != '+' && text[0] != '-') return false;
  }
  return true;
}

}  // namespace

SymmetryOperation parse_symmetry_operation(std::string_view text) {
  std::string clean;
  for (const char c : text)
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
      clean += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  SymmetryOperation operation;
  std::string_view rest = clean;
  bool good = true;
  for (int row = 0; row < 3 && good; ++row) {
    const std::size_t comma = rest.find(',');
    good = (comma == std::string_view::npos) == (row == 2) && parse_row(rest.substr(0, comma), operation, row);
    if (row < 2 && good) rest.remove_prefix(comma + 1);
  }
  if (!good || !(std::abs(std::abs(operation.rotation.determinant()) - 1.0) < 1e-6) ||
      !operation.translation.allFinite())
    fail_input("'{}' is not a symmetry operation", text.substr(0, 80));
  return operation;
}

}  // namespace spinel
