#include "source/xyz_index.hpp"

#include "core/error.hpp"
#include "crystal/formats/text_file.hpp"

namespace spinel {

namespace {

/// Keeps every other entry.
void thin(std::vector<std::int64_t>& values) {
  for (std::size_t k = 0; 2 * k < values.size(); ++k) values[k] = values[2 * k];
  values.resize((values.size() + 1) / 2);
}

}  // namespace

std::uint64_t XyzIndex::fingerprint() const {
  std::uint64_t hash = 14695981039346656037ull;
  const auto mix = [&hash](std::int64_t value) {
    for (int k = 0; k < 64; k += 8) hash = (hash ^ (static_cast<std::uint64_t>(value) >> k & 255)) * 1099511628211ull;
  };
  mix(n_frames);
  for (const std::int64_t value : offset) mix(value);
  for (const std::int64_t value : line) mix(value);
  return hash;
}

XyzIndex index_xyz(const std::string& path) {
  LineReader lines(path);
  XyzIndex index;
  std::string_view text;
  while (true) {
    const std::int64_t offset = lines.offset(), line = lines.line_number();
    do {
      if (!lines.next(text)) {
        if (index.n_frames == 0) fail_input("{}: the file is empty", path);
        index.offset.push_back(offset);
        index.line.push_back(line);
        return index;
      }
    } while (trim(text).empty());
    if (index.n_frames % index.stride == 0) {
      // So many frames for a list of this length as make a chunk of it.
      if (index.stride < XyzIndex::largest_stride && index.n_frames >= 128 * 2 * index.stride) {
        thin(index.offset);
        thin(index.line);
        index.stride *= 2;
      }
      if (index.n_frames % index.stride == 0) {
        index.offset.push_back(offset);
        index.line.push_back(line);
      }
    }
    std::int64_t count = 0;
    if (!parse_number(trim(text), count)) lines.fail("expected the number of atoms, found '{}'", text.substr(0, 64));
    if (count <= 0) lines.fail("the number of atoms is {}", count);
    lines.need("the comment line");
    for (std::int64_t i = 0; i < count; ++i)
      if (!lines.next(text))
        fail_input("{}:{}: the file ends after {} of {} atoms", path, lines.line_number() + 1, i, count);
    ++index.n_frames;
  }
}

}  // namespace spinel
