#pragma once

#include <string>
#include <vector>

#include "source/file_text.hpp"

namespace spinel {

/// The rows of comma-separated values, of which every rank can read any one.
class TableRows {
 public:
  /// Collective. InputError on all ranks where rows cannot be distinguished, or there is none.
  TableRows(const std::string& path, const Communicator& communicator);

  std::int64_t size() const { return static_cast<std::int64_t>(rows_.size()); }  ///< with that of titles
  std::int64_t bytes(std::int64_t row) const { return piece(row).size; }
  const std::vector<std::string>& first() const { return first_; }  ///< cells of row 0
  const std::string& place_of_first() const { return place_; }      ///< "file:line"
  /// The cells, and "file:line".
  std::vector<std::string> read(std::int64_t row, std::string& where);
  void close() { text_.close(); }
  const FileText& text() const { return text_; }

 private:
  const TextPiece& piece(std::int64_t row) const { return rows_[static_cast<std::size_t>(row)]; }

  FileText text_;
  SharedArray<TextPiece> rows_;
  std::vector<std::string> first_;
  std::string place_;
};

}  // namespace spinel
