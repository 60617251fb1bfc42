#include "crystal/formats/csv_file.hpp"

namespace spinel {

bool CsvReader::next(std::vector<std::string>& cells) {
  cells.clear();
  std::string_view line;
  do {
    if (!lines_.next(line)) return false;
    if (lines_.line_number() == 1 && line.substr(0, 3) == "\xef\xbb\xbf") line.remove_prefix(3);
  } while (trim(line).empty());
  row_line_ = lines_.line_number();
  while (true) {
    const auto text = line.find_first_not_of(" \t");
    if (text != std::string_view::npos && line[text] == '"') {
      line.remove_prefix(text + 1);
      std::string cell;
      while (true) {
        const auto quote = line.find('"');
        cell += line.substr(0, quote);
        if (quote == std::string_view::npos) {
          cell += '\n';
          if (!lines_.next(line)) fail_input("{}:{}: the quote that begins here never ends", lines_.name(), row_line_);
          continue;
        }
        line.remove_prefix(quote + 1);
        if (line.empty() || line.front() != '"') break;
        cell += '"';
        line.remove_prefix(1);
      }
      cells.push_back(std::move(cell));
      line = trim(line);
      if (line.empty()) return true;
      if (line.front() != ',') lines_.fail("a comma is missing behind a quoted cell");
      line.remove_prefix(1);
      continue;
    }
    const auto comma = line.find(',');
    cells.emplace_back(trim(line.substr(0, comma)));
    if (comma == std::string_view::npos) return true;
    line.remove_prefix(comma + 1);
  }
}

}  // namespace spinel
