#include "source/xyz_index.hpp"

#include "core/error.hpp"

namespace spinel {

std::vector<TextPiece> index_xyz(LineReader lines) {
  std::vector<TextPiece> frames;
  std::string_view text;
  while (true) {
    TextPiece frame;
    do {
      frame.offset = lines.offset();
      frame.lines_before = lines.line_number();
      if (!lines.next(text)) return frames;
    } while (trim(text).empty());
    std::int64_t count = 0;
    if (!parse_number(trim(text), count)) lines.fail("expected the number of atoms, found '{}'", text.substr(0, 64));
    if (count <= 0) lines.fail("the number of atoms is {}", count);
    lines.need("the comment line");
    for (std::int64_t i = 0; i < count; ++i)
      if (!lines.next(text))
        fail_input("{}:{}: the file ends after {} of {} atoms", lines.name(), lines.line_number() + 1, i, count);
    frame.size = lines.offset() - frame.offset;
    frames.push_back(frame);
  }
}

}  // namespace spinel
