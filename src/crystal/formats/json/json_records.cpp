#include "crystal/formats/json/json_records.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/json/json_labels.hpp"
#include "crystal/formats/json/json_parse.hpp"
#include "crystal/formats/json/json_structures.hpp"
#include "crystal/formats/json/json_values.hpp"
#include "crystal/formats/labels.hpp"
#include "crystal/formats/text_file.hpp"

namespace spinel {

namespace {

using nlohmann::json;

/// Objects within a document whose members are as good as its own.
constexpr const char* inner_objects[] = {"data", "attributes", "key_value_pairs", "properties"};

json by_columns(const json& row, const std::vector<std::string>& columns) {
  if (!row.is_array() || row.size() != columns.size())
    fail_input("the row has not the {} values that columns name", columns.size());
  json record = json::object();
  for (std::size_t c = 0; c < columns.size(); ++c) record[columns[c]] = row[c];
  return record;
}

std::string id_of(const json& record, const JsonOptions& options) {
  std::vector<const json*> objects = {&record};
  for (const char* name : inner_objects)
    if (const json* inner = json_member(record, name)) objects.push_back(inner);
  for (const json* object : objects)
    for (const std::string& key : options.id_keys)
      if (const json* value = json_member(*object, key.c_str()))
        if (std::string text = scalar_text(*value); !text.empty()) return text;
  return "";
}

/// The structure alone; `used`: the members it was in.
Structure structure_part(const json& record, const JsonOptions& options, std::vector<std::string>& used) {
  const auto& key = options.structure_key;
  if (key.empty()) {
    if (const JsonForm form = json_form(record); form != JsonForm::none) {
      used = members_of_form(form);
      return structure_from_value(record, "the record", options.read);
    }
    if (const json* attributes = json_member(record, "attributes");
        attributes != nullptr && json_form(*attributes) != JsonForm::none) {
      // What OPTIMADE has beside the attributes, `id` excepted.
      used = {"type", "links", "relationships"};
      return structure_from_value(*attributes, "attributes", options.read);
    }
  }
  const std::vector<std::string> keys =
      key.empty() ? std::vector<std::string>{"structure", "cif", "atoms"} : std::vector<std::string>{key};
  for (const std::string& name : keys)
    if (const json* value = json_member(record, name.c_str())) {
      used = {name};
      return structure_from_value(*value, name, options.read);
    }
  if (!key.empty()) fail_input("it has no '{}'", key);
  // Half of pymatgen's form has messages that say what it lacks.
  if (record.contains("lattice") || record.contains("sites"))
    return structure_from_value(record, "the record", options.read);
  if (const json* molecule = json_member(record, "molecule"))
    if (json_form(*molecule) == JsonForm::molecule) return structure_from_value(*molecule, "molecule", options.read);
  std::string others, only;
  for (const auto& [name, value] : record.items())
    if (const JsonForm form = json_form(value); form != JsonForm::none && form != JsonForm::molecule) {
      only = others.empty() ? name : "";
      others += fmt::format("{}'{}'", others.empty() ? "" : ", ", name);
    }
  if (!only.empty()) {
    used = {only};
    Structure structure = structure_from_value(record[only], only, options.read);
    warn(structure.warnings, fmt::format("the structure is '{}'", only));
    return structure;
  }
  if (!others.empty()) fail_input("it has no structure; structure_key can name one of {}", others);
  fail_input("it has no structure");
}

/// The options for a document whose stress is known not to be in the usual unit.
ReadOptions options_of_document(const json& record, const JsonOptions& options, Structure& structure) {
  ReadOptions read = options.read;
  if (read.stress_unit != StressUnit::automatic) return read;
  const auto has = [&](const char* key) { return json_member(record, key) != nullptr; };
  const bool is_matpes = has("matpes_id"),
             is_mptrj = has("energy_per_atom") && has("force") && (has("corrected_total_energy") || has("mp_id"));
  if (!is_matpes && !is_mptrj) return read;
  read.stress_unit = StressUnit::kbar;
  const std::string& key = read.keys.stress;
  if (structure.info.count(key.empty() ? "stress" : key) > 0)
    warn(structure.warnings,
         fmt::format("the stress of {} is taken as kilobar, pressure positive", is_matpes ? "MatPES" : "MPtrj"));
  return read;
}

Structure structure_of(const json& record, const JsonOptions& options) {
  if (record.is_array()) fail_input("it is a list, not a record");
  if (record.is_string()) return structure_from_value(record, "the record", options.read);
  if (!record.is_object()) fail_input("it is no object");
  std::vector<std::string> used;
  Structure structure = structure_part(record, options, used);
  const auto is_used = [&](const std::string& name) { return std::count(used.begin(), used.end(), name) > 0; };
  JsonLabels labels(structure, options.read);
  if (record.contains("jid")) labels.set_missing("na");
  for (const auto& [name, value] : record.items())
    if (!is_used(name)) labels.add(name, value);
  for (const char* name : inner_objects)
    if (const json* inner = json_member(record, name); inner != nullptr && inner->is_object() && !is_used(name)) {
      const auto& own = members_of_form(json_form(*inner));
      for (const auto& [key, value] : inner->items())
        if (std::find(own.begin(), own.end(), key) == own.end()) labels.add_nested(key, value);
    }
  // Those of the dictionary of a structure within the document.
  if (used.size() == 1)
    if (const json* own = json_member(record, used.front().c_str()))
      if (const json* properties = json_member(*own, "properties"); properties != nullptr && properties->is_object())
        for (const auto& [key, value] : properties->items()) labels.add_nested(key, value);
  if (const json* symmetry = json_member(record, "symmetry"); symmetry != nullptr && symmetry->is_object())
    for (const auto& [key, value] : symmetry->items())
      if (key.rfind('@', 0) != 0) labels.add_nested("symmetry." + key, value);
  labels.finish();
  take_labels(structure, options_of_document(record, options, structure));
  return structure;
}

}  // namespace

Structure structure_from_json(std::string_view record, const std::vector<std::string>& columns,
                              const JsonOptions& options, const std::string& where, std::string& id) {
  id.clear();
  try {
    json value = parse_json(record);
    if (!columns.empty()) value = by_columns(value, columns);
    id = id_of(value, options);
    return structure_of(value, options);
  } catch (const InputError& error) {
    fail_input("{}: {}", where, error.what());
  } catch (const json::exception&) {
    fail_input("{}: a member is of another kind than it has to be", where);
  }
}

Structure read_json_structure(const std::string& path, std::int64_t frame, const ReadOptions& options) {
  JsonOptions json_options;
  json_options.read = options;
  const std::string text = read_text(path);
  JsonRecords records;
  try {
    records = find_json_records(text, json_options, is_json_lines_name(path));
  } catch (const InputError& error) {
    fail_input("{}: {}", path, error.what());
  }
  const auto n = static_cast<std::int64_t>(records.size()), number = frame < 0 ? n + frame : frame;
  if (number < 0 || number >= n)
    fail_input("{}: frame {} is asked for, but there are only {} (from 0)", path, frame, n);
  const auto record = static_cast<std::size_t>(number);
  std::string row;
  if (records.cells > 0) {
    std::vector<std::string_view> cells;
    for (std::size_t c = 0; c < records.cells; ++c) cells.push_back(records.items[record * records.cells + c].text);
    row = json_row(cells);
  }
  std::string id;
  return structure_from_json(records.cells > 0 ? std::string_view(row) : records.items[record].text, records.columns,
                             json_options, fmt::format("{} record {}", path, number), id);
}

}  // namespace spinel
