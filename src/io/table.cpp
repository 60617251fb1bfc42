#include "io/table.hpp"

namespace spinel {

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + '"';
}

std::string csv_field(double value) { return std::isnan(value) ? std::string() : fmt::format("{:.10g}", value); }

}  // namespace spinel
