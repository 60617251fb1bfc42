#include "run/report_warnings.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "io/table.hpp"
#include "run/run_report.hpp"

namespace spinel {

void report_warnings(Log& log, const ReadWarnings& warnings, const char* things) {
  constexpr std::size_t shown = 10;
  std::size_t n = 0;
  for (const auto& [text, row] : warnings.rows()) {
    if (n++ == shown) break;
    echo_line(log, "WARNING",
              row.count == 1 ? fmt::format("{}: {}", row.name, text)
                             : fmt::format("{} ({} {}, the first {})", text, grouped(row.count), things, row.name));
  }
  if (warnings.rows().size() > shown)
    echo_line(log, "",
              fmt::format("… and {} more kinds, all of them in the result file", warnings.rows().size() - shown));
}

void report_warnings(Log& log, const std::vector<std::string>& warnings) {
  for (const std::string& text : warnings) echo_line(log, "WARNING", text);
}

std::vector<std::string> warnings_of_program(const std::map<std::string, std::string>& labels) {
  constexpr const char* between = "; ";
  std::vector<std::string> warnings;
  const auto found = labels.find("warnings");
  if (found == labels.end()) return warnings;
  const std::string& all = found->second;
  for (std::size_t at = 0, end = 0; end != std::string::npos; at = end + 2) {
    end = all.find(between, at);
    warnings.push_back("the program warns: " + all.substr(at, end - at));
  }
  return warnings;
}

void write_warnings(ResultFile& file, const std::string& group, const ReadWarnings& warnings) {
  using Entry = std::pair<const std::string, ReadWarnings::Row>;
  Table<Entry> table;
  table.column("text", "", "what was odd, and how it was taken", [](const Entry& e) { return e.first; });
  table.column("count", "", "of structures", [](const Entry& e) { return e.second.count; });
  table.column("first", "", "number of the first of them", [](const Entry& e) { return e.second.first; });
  table.column("name", "", "of the first of them", [](const Entry& e) { return e.second.name; });
  for (const Entry& entry : warnings.rows()) table.add(entry);
  table.write(file, group);
}

}  // namespace spinel
