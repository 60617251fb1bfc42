#include "source/vector_table.hpp"

#include <cmath>

#include "core/byte_stream.hpp"
#include "core/content_hash.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/csv_file.hpp"
#include "crystal/formats/text_file.hpp"
#include "parallel/on_root.hpp"

namespace spinel {

namespace {

/// Rows of either kind of file, one after the other.
class VectorRows {
 public:
  explicit VectorRows(const std::string& path) : path_(path), csv_(path), lines_(path) {
    LineReader lines(path);
    for (std::string_view line; lines.next(line);)
      if (const auto text = trim(line); !text.empty() && text.front() != '#') {
        is_csv_ = text.find(',') != std::string_view::npos;
        break;
      }
  }

  bool next(std::vector<std::string>& cells) {
    if (is_csv_) {
      if (!csv_.next(cells)) return false;
      line_ = csv_.line_number();
      return true;
    }
    for (std::string_view line; lines_.next(line);) {
      auto text = trim(line);
      if (text.empty() || text.front() == '#') continue;
      line_ = lines_.line_number();
      cells.clear();
      while (!text.empty()) {
        const auto end = std::min(text.find_first_of(" \t"), text.size());
        cells.emplace_back(text.substr(0, end));
        text = trim(text.substr(end));
      }
      return true;
    }
    return false;
  }

  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    fail_input("{}:{}: {}", path_, line_, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  std::string path_;
  CsvReader csv_;
  LineReader lines_;
  bool is_csv_ = false;
  std::int64_t line_ = 0;
};

/// Of the first row.
VectorTitles titles_of(const std::vector<std::string>& cells) {
  VectorTitles titles;
  double ignored;
  for (const std::string& cell : cells) titles.has_names = titles.has_names || !parse_number(cell, ignored);
  for (std::size_t c = 0; c < cells.size(); ++c)
    titles.columns.push_back(titles.has_names ? cells[c] : std::to_string(c + 1));
  return titles;
}

void set_hash(VectorTable& table) {
  ContentHash hash;
  for (const std::string& name : table.columns) hash.add(name);
  hash.add(table.values.data(), table.values.size() * sizeof(double));
  table.hash = hash.hex();
}

}  // namespace

VectorTitles read_vector_titles(const std::string& path, const Communicator& world) {
  VectorTitles titles;
  on_root(world, [&] {
    VectorRows rows(path);
    std::vector<std::string> cells;
    if (!rows.next(cells)) fail_input("{}: the file holds no vectors", path);
    titles = titles_of(cells);
  });
  std::vector<char> bytes = pack(titles);
  world.broadcast(bytes);
  return unpack<VectorTitles>(bytes);
}

VectorTable read_vectors(const std::string& path, const std::vector<std::size_t>& places,
                         const std::vector<std::string>& names, const Communicator& world) {
  VectorTable table;
  table.origin = path;
  table.columns = names;
  table.periods.assign(names.size(), 0.0);
  std::vector<double> values;
  on_root(world, [&] {
    VectorRows rows(path);
    std::vector<std::string> cells;
    std::size_t width = 0;
    while (rows.next(cells)) {
      if (width == 0) {
        width = cells.size();
        if (titles_of(cells).has_names) continue;
      }
      if (cells.size() != width) rows.fail("{} cells where the first row has {}", cells.size(), width);
      for (const std::size_t place : places) {
        double value = 0.0;
        if (!parse_number(cells[place], value) || !std::isfinite(value))
          rows.fail("'{}' is no finite number", cells[place]);
        values.push_back(value);
      }
    }
    if (values.empty()) fail_input("{}: the file holds no vectors", path);
  });
  table.values = SharedArray<double>::from_root(world, values);
  table.size = static_cast<std::int64_t>(table.values.size() / names.size());
  set_hash(table);
  return table;
}

VectorTable draw_vectors(const ToyVectors& toy, std::int64_t count, std::uint64_t seed, const Communicator& world) {
  VectorTable table;
  table.origin = toy.name;
  table.columns = {"x", "y"};
  table.periods.assign(2, toy.period);
  table.toy = &toy;
  table.size = count;
  std::vector<double> values;
  if (world.is_root()) {
    values.resize(static_cast<std::size_t>(2 * count));
    // A step of its own: the split of a dataset takes the first.
    for (std::int64_t i = 0; i < count; ++i) {
      RandomSequence random(Random(seed, RandomPurpose::dataset_split), 2, static_cast<std::uint64_t>(i));
      toy.draw(random, values.data() + 2 * i);
    }
  }
  table.values = SharedArray<double>::from_root(world, values);
  set_hash(table);
  return table;
}

}  // namespace spinel
