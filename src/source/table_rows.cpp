#include "source/table_rows.hpp"

#include "core/error.hpp"
#include "crystal/formats/csv_file.hpp"
#include "parallel/broadcast_texts.hpp"
#include "parallel/on_root.hpp"

namespace spinel {

TableRows::TableRows(const std::string& path, const Communicator& communicator) : text_(path, communicator) {
  std::vector<TextPiece> rows;
  on_root(communicator, [&] {
    CsvReader reader(text_.lines());
    std::vector<std::string> cells;
    for (TextPiece row;; rows.push_back(row)) {
      row.offset = reader.offset();
      row.lines_before = reader.lines_before();
      if (!reader.next(cells)) break;
      row.size = reader.offset() - row.offset;
      if (!rows.empty()) continue;
      first_ = cells;
      place_ = fmt::format("{}:{}", path, reader.line_number());
    }
    if (rows.empty()) fail_input("{}: the file is empty", path);
  });
  broadcast_texts(communicator, first_);
  communicator.broadcast(place_);
  rows_ = SharedArray<TextPiece>::from_root(communicator, rows);
}

std::vector<std::string> TableRows::read(std::int64_t row, std::string& where) {
  const TextPiece& at = piece(row);
  CsvReader reader(text_.read(at.offset, at.size), text_.path(), at.lines_before);
  std::vector<std::string> cells;
  if (!reader.next(cells)) fail("{} changed while it was read", text_.path());
  where = fmt::format("{}:{}", text_.path(), reader.line_number());
  return cells;
}

}  // namespace spinel
