#include "core/log.hpp"

#include <unistd.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace spinel {

Log::Log(bool enabled, std::FILE* stream) : Log(enabled, stream, isatty(fileno(stream)) == 1) {}

Log::Log(bool enabled, std::FILE* stream, bool is_terminal)
    : enabled_(enabled), is_terminal_(enabled && is_terminal), stream_(stream) {}

Log::~Log() { live(""); }

void Log::line(const std::string& text) {
  if (!enabled_) return;
  live("");
  std::fwrite(text.data(), 1, text.size(), stream_);
  std::fputc('\n', stream_);
  std::fflush(stream_);
}

void Log::live(const std::string& text) {
  if (!is_terminal_ || (text.empty() && !has_live_line_)) return;
  std::fprintf(stream_, "\r\x1b[K%s", text.c_str());
  std::fflush(stream_);
  has_live_line_ = !text.empty();
}

TextTable::TextTable(std::vector<std::string> titles) { rows_.push_back(std::move(titles)); }

void TextTable::add(std::vector<std::string> cells) {
  if (cells.size() != rows_.front().size())
    fail("a table row of {} cells under {} titles", cells.size(), rows_.front().size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::text(std::size_t indent) const {
  std::vector<std::size_t> width(rows_.front().size(), 0);
  for (const auto& row : rows_)
    for (std::size_t k = 0; k < row.size(); ++k) width[k] = std::max(width[k], display_width(row[k]));
  std::string result;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::string line(indent, ' '), rule(indent, ' ');
    for (std::size_t k = 0; k < width.size(); ++k) {
      if (k > 0) line += "  ", rule += "  ";
      line += k == 0 ? pad_right(rows_[r][k], width[k]) : pad_left(rows_[r][k], width[k]);
      rule.append(width[k], '-');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    if (r > 0) result += '\n';
    result += line;
    if (r == 0) result += '\n' + rule;
  }
  return result;
}

std::string RunningTable::header() const {
  std::string titles, units;
  for (const auto& column : columns_) {
    titles += ' ' + pad_left(column.title, column.width);
    units += ' ' + pad_left(column.unit.empty() ? "" : "(" + column.unit + ")", column.width);
  }
  units.erase(units.find_last_not_of(' ') + 1);
  return titles + '\n' + units;
}

std::string RunningTable::row(const std::vector<double>& values) const {
  if (values.size() != columns_.size()) fail("{} values for {} columns", values.size(), columns_.size());
  std::string result;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const auto& column = columns_[k];
    std::string cell = column.integer   ? fmt::format("{:.0f}", values[k])
                       : column.general ? fmt::format("{:.{}g}", values[k], column.precision)
                                        : fmt::format("{:.{}f}", values[k], column.precision);
    if (cell.size() > column.width && !column.integer)
      cell = fmt::format("{:.{}e}", values[k], std::max(0, static_cast<int>(column.width) - 8));
    result += ' ' + pad_left(cell, column.width);
  }
  return result;
}

}  // namespace spinel
