#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/text_file.hpp"
#include "stability/entries/energy_key.hpp"

namespace spinel {

namespace {

/// The cells of a line. A quoted cell, "a, ""b""", is copied to `unquoted`, which must outlive the cells.
void split_csv(const LineReader& file, std::string_view line, std::vector<std::string_view>& cells,
               std::vector<std::string>& unquoted) {
  cells.clear();
  unquoted.clear();
  unquoted.reserve(static_cast<std::size_t>(std::count(line.begin(), line.end(), ',')) + 1);
  while (true) {
    if (!line.empty() && line.front() == '"') {
      std::string& cell = unquoted.emplace_back();
      std::size_t at = 1;
      for (;; ++at) {
        if (at == line.size()) file.fail("a quote does not end on its line");
        if (line[at] != '"') {
          cell += line[at];
        } else if (at + 1 < line.size() && line[at + 1] == '"') {
          cell += line[at++];
        } else {
          break;
        }
      }
      cells.push_back(trim(cell));
      line.remove_prefix(at + 1);
      if (line.empty()) return;
      if (line.front() != ',') file.fail("a comma is missing behind a quoted cell");
      line.remove_prefix(1);
      continue;
    }
    const auto comma = line.find(',');
    cells.push_back(trim(line.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    line.remove_prefix(comma + 1);
  }
}

constexpr std::size_t none = static_cast<std::size_t>(-1);

std::size_t find_column(const std::vector<std::string>& titles, const std::vector<std::string>& keys) {
  for (const auto& key : keys) {
    const auto at = std::find(titles.begin(), titles.end(), key);
    if (at != titles.end()) return static_cast<std::size_t>(at - titles.begin());
  }
  return none;
}

}  // namespace

EntryList parse_csv_entries(LineReader file, const EntryFileOptions& options) {
  std::string_view line;
  do {
    if (!file.next(line)) fail_input("{}: the file is empty", file.name());
  } while (trim(line).empty());
  if (line.substr(0, 3) == "\xef\xbb\xbf") line.remove_prefix(3);  // a byte order mark

  std::vector<std::string_view> cells;
  std::vector<std::string> unquoted, titles;
  split_csv(file, line, cells, unquoted);
  for (const auto& cell : cells) titles.push_back(lower_case(cell));
  const std::size_t formula = find_column(titles, formula_keys(options)), id = find_column(titles, id_keys(options));
  if (formula == none)
    file.fail("no column of formulas: none of {} among {}", quoted_list(formula_keys(options)), quoted_list(titles));
  if (id == none && !options.id_key.empty()) file.fail("no column '{}' among {}", options.id_key, quoted_list(titles));
  EnergyKey key;
  try {
    key = choose_energy_key(options, titles);
  } catch (const InputError& error) {
    file.fail("{}", error.what());
  }
  const std::size_t energy = find_column(titles, {key.name}), type = find_column(titles, {"run_type", "functional"});

  EntryList list;
  list.kind = key.kind;
  const ElementFilter filter(options);
  for (std::size_t number = 1; file.next(line);) {
    if (trim(line).empty()) continue;
    split_csv(file, line, cells, unquoted);
    if (cells.size() != titles.size()) file.fail("{} cells, where the titles are {}", cells.size(), titles.size());
    HullEntry entry;
    double value = 0.0;
    try {
      entry.composition = parse_formula(cells[formula]);
      if (!parse_number(cells[energy], value)) fail_input("{} = '{}' is no finite number", key.name, cells[energy]);
      entry.energy = key.per_atom_energy(value, entry.composition);
    } catch (const InputError& error) {
      file.fail("{}", error.what());
    }
    entry.id = id == none || cells[id].empty() ? numbered_id(file.name(), number) : std::string(cells[id]);
    if (type != none) entry.run_type = cells[type];
    ++number;
    if (filter.takes(entry.composition)) list.entries.push_back(std::move(entry));
  }
  return list;
}

}  // namespace spinel
