#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "crystal/formats/json/json_parse.hpp"
#include "crystal/formats/json/json_records.hpp"
#include "crystal/formats/json/json_structures.hpp"

namespace spinel {

namespace {

using nlohmann::json;
using Items = std::vector<JsonItem>;

const JsonItem* find(const Items& items, std::string_view key) {
  for (const JsonItem& item : items)
    if (item.key == key) return &item;
  return nullptr;
}

char kind_of(const JsonItem* item) { return item == nullptr ? '\0' : json_kind(item->text); }

/// Is an object of these members a record with a structure?
bool is_record(const Items& members, const JsonOptions& options) {
  if (!options.structure_key.empty() && find(members, options.structure_key) != nullptr) return true;
  if (json_form(members) != JsonForm::none) return true;
  for (const char* key : {"structure", "lattice", "sites", "cif"})
    if (find(members, key) != nullptr) return true;
  for (const char* key : {"atoms", "attributes"})
    if (kind_of(find(members, key)) == '{') return true;
  return false;
}

/// The column of structures of a table that lies by columns; null where it is none.
const JsonItem* structure_column(const Items& columns, const JsonOptions& options) {
  std::vector<std::string> names = {"structure", "cif", "atoms"};
  if (!options.structure_key.empty()) names = {options.structure_key};
  for (const std::string& name : names) {
    const JsonItem* column = find(columns, name);
    const char kind = kind_of(column);
    if (kind != '{' && kind != '[') continue;
    const Items cells = json_items(column->text);
    if (cells.empty() || (kind == '{' && (is_record(cells, {}) || find(cells, "@class") != nullptr))) continue;
    const auto first = std::find_if(cells.begin(), cells.end(), [](const auto& cell) { return cell.text != "null"; });
    const char first_kind = first == cells.end() ? '\0' : json_kind(first->text);
    // An object of parameters is none.
    if (first_kind == '{' || (first_kind == '"' && kind_of(find(columns, "lattice")) == '\0')) return column;
  }
  return nullptr;
}

/// Is it the name of the row that pandas gives where the table has no index of its own?
bool is_row_number(std::string_view key, std::size_t row) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
  return error == std::errc() && end == key.data() + key.size() && number == row;
}

/// pandas, orient = 'columns': {"id": {"0": …, "1": …}, "structure": {"0": …, "1": …}}, or lists in place of objects.
JsonRecords column_records(const Items& columns, const JsonItem& structures) {
  JsonRecords records;
  records.kind = "JSON columns";
  const Items rows = json_items(structures.text);
  const char kind = json_kind(structures.text);
  std::vector<Items> cells;
  for (const JsonItem& column : columns) {
    if (json_kind(column.text) != kind) continue;
    Items own = json_items(column.text);
    if (kind == '[' && own.size() != rows.size())
      fail_input("the column '{}' has {} rows, 'structure' {}", column.key, own.size(), rows.size());
    records.columns.push_back(plain_json_key(column.key));
    cells.push_back(std::move(own));
  }
  records.cells = cells.size();
  records.items.reserve(rows.size() * cells.size());
  std::vector<std::map<std::string_view, std::size_t>> places(cells.size());
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < cells.size(); ++c) {
      const Items& own = cells[c];
      JsonItem cell;
      if (r < own.size() && own[r].key == rows[r].key) {
        cell = own[r];
      } else {
        // Rows in another order, or missing ones.
        if (places[c].empty())
          for (std::size_t i = 0; i < own.size(); ++i) places[c][own[i].key] = i;
        if (const auto found = places[c].find(rows[r].key); found != places[c].end()) cell = own[found->second];
      }
      cell.key = is_row_number(rows[r].key, r) ? std::string_view() : rows[r].key;
      records.items.push_back(cell);
    }
  return records;
}

/// pandas, orient = 'split': an index of texts names the rows.
JsonRecords table_records(const JsonItem& columns, const JsonItem& data, const JsonItem* index) {
  JsonRecords records;
  records.kind = "JSON table";
  if (json_kind(columns.text) != '[' || json_kind(data.text) != '[')
    fail_input("'columns' and 'data' of a table are lists, and these are not");
  for (const json& name : parse_json(columns.text))
    records.columns.push_back(name.is_string() ? name.get<std::string>() : name.dump(-1, ' ', true));
  if (records.columns.empty()) fail_input("the table has no columns");
  records.items = json_items(data.text);
  if (kind_of(index) != '[') return records;
  const auto names = json_items(index->text);
  for (std::size_t i = 0; i < std::min(names.size(), records.items.size()); ++i)
    if (const std::string_view name = names[i].text; json_kind(name) == '"')
      records.items[i].key = name.substr(1, name.size() - 2);
  return records;
}

Items members_of(const JsonItem& item) {
  try {
    if (json_kind(item.text) == '{') return json_items(item.text);
  } catch (const InputError&) {
    // What is wrong with it shows when it is read.
  }
  return {};
}

/// OPTIMADE: its pages, or the lines of its exports, as the entries they hold.
Items without_pages(Items items, const JsonOptions& options) {
  if (items.empty()) return items;
  const Items first = members_of(items.front());
  const bool is_page = kind_of(find(first, "data")) == '[' && !is_record(first, options),
             is_export = find(first, "x-optimade") != nullptr;
  if (!is_page && !is_export) return items;
  Items entries;
  for (std::size_t i = is_export ? 1 : 0; i < items.size(); ++i) {
    const Items members = members_of(items[i]);
    const JsonItem *list = is_page ? find(members, "data") : nullptr, *type = find(members, "type");
    if (is_export && type != nullptr && type->text == "\"info\"") continue;
    if (kind_of(list) != '[') {
      entries.push_back(items[i]);
      continue;
    }
    const Items own = json_items(list->text);
    entries.insert(entries.end(), own.begin(), own.end());
  }
  return entries;
}

JsonRecords by_id(const Items& items, const JsonOptions& options) {
  JsonRecords records;
  records.kind = "JSON by id";
  const bool is_database = find(items, "nextid") != nullptr;
  for (const JsonItem& item : items)
    if (json_kind(item.text) == '{' && !(is_database && item.key == "metadata")) records.items.push_back(item);
  const auto first = std::find_if(records.items.begin(), records.items.end(),
                                  [](const JsonItem& item) { return !json_items(item.text).empty(); });
  if (first == records.items.end()) return records;
  const Items members = json_items(first->text);
  if (is_record(members, options) || kind_of(&members.front()) != '{') return records;
  if (!is_record(json_items(members.front().text), options)) return records;
  JsonRecords frames;
  frames.kind = "JSON frames by id";
  frames.keys_are_ids = true;
  for (const JsonItem& item : records.items)
    for (const JsonItem& frame : json_items(item.text))
      if (json_kind(frame.text) == '{') frames.items.push_back(frame);
  return frames;
}

bool is_utf16(std::string_view text) { return text.substr(0, 2) == "\xff\xfe" || text.substr(0, 2) == "\xfe\xff"; }

/// A file of lines may be one document all the same, printed over several lines or a list.
bool is_one_document(std::string_view text) {
  if (json_kind(text) == '[') return !is_json_lines(text);
  const std::size_t begin = text.find_first_not_of(" \n\t\r"), end = text.find('\n', begin);
  if (end == std::string_view::npos) return false;
  const char last = text[text.find_last_not_of(" \n\t\r", end)];
  return last == ',' || last == '{' || last == '[' || last == ':';
}

bool is_one_object(std::string_view line) {
  try {
    return json_kind(line) == '{' && !json_items(line).empty();
  } catch (const InputError&) {
    return false;
  }
}

/// Is it an object a line where the first line ends in the middle of something? The second and the last tell.
bool is_lines_but_the_first(std::string_view text) {
  constexpr const char* blank = " \n\t\r";
  const std::size_t last = text.find_last_not_of(blank);
  const std::size_t first_end = text.find('\n', text.find_first_not_of(blank));
  const std::size_t second = first_end == std::string_view::npos ? first_end : text.find_first_not_of(blank, first_end);
  if (second == std::string_view::npos) return false;
  const std::size_t last_begin = text.rfind('\n', last) + 1;
  return is_one_object(text.substr(last_begin, last + 1 - last_begin)) &&
         is_one_object(text.substr(second, text.find('\n', second) - second));
}

JsonRecords find_records(std::string_view text, const JsonOptions& options, bool lines) {
  if (is_utf16(text)) fail_input("the text is UTF-16, and JSON is UTF-8");
  if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
  const char open = json_kind(text);
  if (open == '\0') fail_input("the file is empty");
  JsonRecords records;
  if (is_json_lines(text) || (lines && !is_one_document(text))) {
    records.kind = "JSON lines";
    records.items = without_pages(json_lines(text), options);
    return records;
  }
  Items items;
  try {
    items = json_items(text);
  } catch (const InputError&) {
    const bool is_sequence = is_json_sequence(text);
    if (!is_sequence && (open != '{' || !is_lines_but_the_first(text))) throw;
    records.kind = "JSON lines";
    records.items = without_pages(is_sequence ? json_sequence(text) : json_lines(text), options);
    return records;
  }
  records.kind = "JSON list";
  if (open == '[') {
    records.items = without_pages(std::move(items), options);
    return records;
  }
  const JsonItem *columns = find(items, "columns"), *data = find(items, "data");
  if (columns != nullptr && data != nullptr) return table_records(*columns, *data, find(items, "index"));
  if (const JsonItem* structures = structure_column(items, options)) return column_records(items, *structures);
  const auto one = [&](std::string_view record) {
    records.kind = "JSON structure";
    records.items = {{{}, record}};
    return records;
  };
  if (is_record(items, options)) return one(text);
  for (const char* key : {"data", "docs", "entries", "structures", "results"})
    if (const JsonItem* list = find(items, key); kind_of(list) == '[') {
      records.items = json_items(list->text);
      return records;
    }
  if (kind_of(data) == '{' && is_record(json_items(data->text), options)) return one(data->text);
  records = by_id(items, options);
  if (records.items.empty())
    fail_input("neither a structure nor a list of them, at the top or under data, docs, entries or structures");
  return records;
}

}  // namespace

std::string plain_json_key(std::string_view key) {
  if (key.find('\\') == std::string_view::npos) return std::string(key);
  try {
    return parse_json('"' + std::string(key) + '"').get<std::string>();
  } catch (const InputError&) {
    return std::string(key);
  }
}

std::string json_row(const std::vector<std::string_view>& cells) {
  std::string row;
  for (const std::string_view cell : cells) {
    row += row.empty() ? '[' : ',';
    row += cell.empty() ? "null" : cell;
  }
  return row + ']';
}

JsonRecords find_json_records(std::string_view text, const JsonOptions& options, bool lines) {
  try {
    return find_records(text, options, lines);
  } catch (const json::exception&) {
    fail_input("the text has no form that is known");
  }
}

}  // namespace spinel
