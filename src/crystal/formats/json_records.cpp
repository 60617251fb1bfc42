#include "crystal/formats/json_records.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "crystal/formats/cif.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/pymatgen_json.hpp"
#include "crystal/formats/text_file.hpp"

namespace spinel {

namespace {

using nlohmann::json;

/// A number, logical or short text as info has it; empty where it is none.
std::string scalar_text(const json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_number_float()) return std::isfinite(value.get<double>()) ? fmt::format("{}", value.get<double>()) : "";
  if (value.is_number()) return value.dump();
  if (value.is_string()) return value.get<std::string>();
  // An identifier as an object of its own.
  if (value.is_object() && value.contains("string") && value["string"].is_string())
    return value["string"].get<std::string>();
  return "";
}

/// Numbers of nested lists one after the other, "1 0 0 0 1 0 0 0 1".
void append_numbers(const json& value, std::string& text) {
  if (value.is_array())
    for (const json& part : value) append_numbers(part, text);
  else
    text += (text.empty() ? "" : " ") + value.dump();
}

void add_labels(const json& labels, Structure& structure) {
  for (const auto& [name, value] : labels.items())
    if (std::string text = scalar_text(value); !text.empty() && name.rfind('@', 0) != 0)
      structure.info.emplace(name, std::move(text));
}

void read_forces(const json& value, Structure& structure) {
  if (value.size() != structure.size()) fail_input("{} forces for {} atoms", value.size(), structure.size());
  structure.force.clear();
  for (const json& row : value) {
    if (!row.is_array() || row.size() != 3) fail_input("a force is not three numbers");
    Vec3 force;
    for (std::size_t k = 0; k < 3; ++k) {
      if (!row[k].is_number()) fail_input("'{}' in a force is no number", row[k].dump().substr(0, 40));
      force[static_cast<Eigen::Index>(k)] = row[k].get<double>();
    }
    structure.force.push_back(force);
  }
}

json by_columns(const json& row, const std::vector<std::string>& columns) {
  if (!row.is_array() || row.size() != columns.size())
    fail_input("the row has not the {} values that columns name", columns.size());
  json record = json::object();
  for (std::size_t c = 0; c < columns.size(); ++c) record[columns[c]] = row[c];
  return record;
}

std::string id_of(const json& record, const JsonOptions& options) {
  if (!record.is_object()) return "";
  for (const std::string& key : options.id_keys)
    if (const auto found = record.find(key); found != record.end())
      if (std::string text = scalar_text(*found); !text.empty()) return text;
  return "";
}

/// The structure alone; `used`: the key it was under.
Structure structure_part(const json& record, const JsonOptions& options, const std::string& where, std::string& used) {
  std::vector<std::string> keys = {"structure", "cif"};
  if (!options.structure_key.empty()) keys = {options.structure_key};
  for (const std::string& key : keys) {
    const auto found = record.find(key);
    if (found == record.end() || found->is_null()) continue;
    used = key;
    if (!found->is_string()) return structure_from_pymatgen(*found, options.allow_labels);
    const std::string text = found->get<std::string>();
    Structure structure = json_kind(text) == '{' ? structure_from_pymatgen(json::parse(text), options.allow_labels)
                                                 : parse_cif(text, where, {"", -1, options.allow_labels});
    structure.info.clear();
    return structure;
  }
  fail_input("it has no {}", options.structure_key.empty() ? "structure" : "'" + options.structure_key + "'");
}

Structure structure_of(const json& record, const JsonOptions& options, const std::string& where) {
  if (!record.is_object()) fail_input("it is no object");
  if (options.structure_key.empty() && is_pymatgen_structure(record)) {
    Structure structure = structure_from_pymatgen(record, options.allow_labels);
    if (const auto labels = record.find("properties"); labels != record.end() && labels->is_object())
      add_labels(*labels, structure);
    return structure;
  }
  std::string used;
  Structure structure = structure_part(record, options, where, used);
  for (const auto& [key, value] : record.items()) {
    if (key == used || key.rfind('@', 0) == 0) continue;
    if ((key == "forces" || key == "force") && value.is_array()) {
      read_forces(value, structure);
    } else if ((key == "stress" || key == "virial" || key == "virials") && value.is_array()) {
      append_numbers(value, structure.info[key]);
    } else if (key == "data" && value.is_object()) {
      add_labels(value, structure);
    } else if (value.is_object() && scalar_text(value).empty() && key == "symmetry") {
      for (const auto& [name, part] : value.items())
        if (std::string text = scalar_text(part); !text.empty() && name.rfind('@', 0) != 0)
          structure.info[key + "." + name] = std::move(text);
    } else if (std::string text = scalar_text(value); !text.empty()) {
      structure.info[key] = std::move(text);
    }
  }
  return structure;
}

/// pandas, orient = 'split': an index of texts names the rows.
JsonRecords table_records(const JsonItem& columns, const JsonItem& data, const JsonItem* index) {
  JsonRecords records;
  records.kind = "JSON table";
  records.columns = json::parse(columns.text).get<std::vector<std::string>>();
  records.items = json_items(data.text);
  if (index == nullptr || json_kind(index->text) != '[') return records;
  const auto names = json_items(index->text);
  for (std::size_t i = 0; i < std::min(names.size(), records.items.size()); ++i)
    if (const std::string_view name = names[i].text; json_kind(name) == '"')
      records.items[i].key = name.substr(1, name.size() - 2);
  return records;
}

JsonRecords find_records(std::string_view text, const JsonOptions& options, bool lines) {
  const char open = json_kind(text);
  if (open == '\0') fail_input("the file is empty");
  if (lines || is_json_lines(text)) return {"JSON lines", {}, json_lines(text)};
  auto items = json_items(text);
  if (open == '[') return {"JSON list", {}, std::move(items)};
  const auto find = [&](const std::string& key) -> const JsonItem* {
    for (const JsonItem& item : items)
      if (item.key == key) return &item;
    return nullptr;
  };
  if (const JsonItem* columns = find("columns"), *data = find("data"); columns != nullptr && data != nullptr)
    return table_records(*columns, *data, find("index"));
  if (find("lattice") != nullptr || find("structure") != nullptr ||
      (!options.structure_key.empty() && find(options.structure_key) != nullptr))
    return {"JSON structure", {}, {{{}, text}}};
  for (const char* key : {"data", "docs", "entries", "structures", "results"})
    if (const JsonItem* list = find(key); list != nullptr && json_kind(list->text) == '[')
      return {"JSON list", {}, json_items(list->text)};
  JsonRecords records;
  records.kind = "JSON by id";
  for (const JsonItem& item : items)
    if (json_kind(item.text) == '{') records.items.push_back(item);
  if (records.items.empty())
    fail_input("neither a structure nor a list of them, at the top or under data, docs, entries or structures");
  return records;
}

}  // namespace

JsonRecords find_json_records(std::string_view text, const JsonOptions& options, bool lines) {
  try {
    return find_records(text, options, lines);
  } catch (const json::exception& error) {
    throw InputError(error.what());
  }
}

Structure structure_from_json(std::string_view record, const std::vector<std::string>& columns,
                              const JsonOptions& options, const std::string& where, std::string& id) {
  id.clear();
  try {
    json value = json::parse(record);
    if (!columns.empty()) value = by_columns(value, columns);
    id = id_of(value, options);
    return structure_of(value, options, where);
  } catch (const InputError& error) {
    fail_input("{}: {}", where, error.what());
  } catch (const json::exception& error) {
    fail_input("{}: {}", where, error.what());
  }
}

Structure read_json_structure(const std::string& path, std::int64_t frame, bool allow_labels) {
  JsonOptions options;
  options.allow_labels = allow_labels;
  const std::string text = read_text(path);
  JsonRecords records;
  try {
    records = find_json_records(text, options, is_json_lines_name(path));
  } catch (const InputError& error) {
    fail_input("{}: {}", path, error.what());
  }
  const auto n = static_cast<std::int64_t>(records.items.size()), number = frame < 0 ? n + frame : frame;
  if (number < 0 || number >= n)
    fail_input("{}: frame {} is asked for, but there are only {} (from 0)", path, frame, n);
  std::string id;
  return structure_from_json(records.items[static_cast<std::size_t>(number)].text, records.columns, options,
                             fmt::format("{} record {}", path, number), id);
}

}  // namespace spinel
