#pragma once

#include <string>
#include <vector>

#include "source/file_text.hpp"

namespace spinel {

/// The rows of comma-separated values, of which every rank can read any one.
class TableRows {
 public:
  /// Collective. InputError on all ranks where rows cannot be told apart, or there is none.
  TableRows(const std::string& path, const Communicator& communicator);

  std::int64_t size() const { return static_cast<std::int64_t>(rows_.size()); }  ///< with that of titles
  std::int64_t bytes(std::int64_t row) const { return piece(row).size; }
  /// The cells, and "file:line".
  std::vector<std::string> read(std::int64_t row, std::string& where);
  const FileText& text() const { return text_; }

 private:
  const TextPiece& piece(std::int64_t row) const { return rows_[static_cast<std::size_t>(row)]; }

  FileText text_;
  NodeShared<TextPiece> rows_;
};

}  // namespace spinel
