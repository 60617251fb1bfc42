#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crystal/formats/text_file.hpp"

namespace spinel {

/// Rows of comma-separated values (RFC 4180), plain or gzip, one after the other: cells may be quoted, "a, ""b""", and
/// then hold line breaks. Blanks around unquoted cells are dropped, empty lines and a byte order mark passed over.
class CsvReader {
 public:
  explicit CsvReader(const std::string& path) : lines_(path) {}
  CsvReader(std::string_view text, std::string name, std::int64_t lines_before = 0)
      : lines_(text, std::move(name), lines_before) {}
  explicit CsvReader(LineReader lines) : lines_(std::move(lines)) {}

  /// The next row. False at the end. InputError with file and line where a quote never ends or is followed by text.
  bool next(std::vector<std::string>& cells);
  /// Line on which the row read last began, from 1.
  std::int64_t line_number() const { return row_line_; }
  /// Bytes of (unpacked) text, and lines, up to the next row.
  std::int64_t offset() const { return lines_.offset(); }
  std::int64_t lines_before() const { return lines_.line_number(); }
  const std::string& name() const { return lines_.name(); }

 private:
  LineReader lines_;
  std::int64_t row_line_ = 0;
};

}  // namespace spinel
