#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/text.hpp"
#include "crystal/formats/file_name.hpp"
#include "crystal/formats/json/json_items.hpp"
#include "crystal/formats/text_file.hpp"
#include "stability/entries/energy_key.hpp"

namespace spinel {

namespace {

using nlohmann::json;

/// Large parts of structures and calculation details, passed over while reading.
bool is_bulk(const std::string& key, int depth) {
  static const std::vector<std::string> names = {"energy_adjustments", "lattice",  "xyz",          "abc",
                                                 "properties",         "symmetry", "builder_meta", "origins"};
  return (key == "data" && depth > 1) || std::find(names.begin(), names.end(), key) != names.end();
}

json parse(std::string_view text, const std::string& path, const EntryFileOptions& options) {
  int inside = -1;  // depth of the key 'parameters', of which only the kind of calculation is of interest
  const auto keep = [&](int depth, json::parse_event_t event, json& value) {
    if (event != json::parse_event_t::key) return true;
    const auto& key = value.get_ref<const std::string&>();
    if (inside >= 0 && depth > inside) return depth == inside + 1 && key == "run_type";
    inside = key == "parameters" ? depth : -1;
    if (inside >= 0) return true;
    return !is_bulk(key, depth) || key == options.energy_key || key == options.formula_key || key == options.id_key;
  };
  if (trim(text).empty()) fail_input("{}: the file is empty", path);
  try {
    if (is_json_lines_name(path) || is_json_lines(text)) {
      json list = json::array();
      for (const JsonItem& line : json_lines(text)) list.push_back(json::parse(line.text, keep));
      return list;
    }
    return json::parse(text, keep);
  } catch (const json::exception& error) {
    fail_input("{}: {}", path, error.what());
  }
}

/// The list of entries, at the top or under a usual key.
const json& find_list(const json& document, const std::string& path) {
  if (document.is_array()) return document;
  if (document.is_object())
    for (const char* key : {"entries", "data", "all_entries"})
      if (document.contains(key) && document.at(key).is_array()) return document.at(key);
  fail_input("{}: neither a list of entries nor an object with one under 'entries', 'data' or 'all_entries'", path);
}

const json* find(const json& entry, const std::string& key) {
  const auto exact = entry.find(key);
  if (exact != entry.end()) return &*exact;
  for (const auto& [name, value] : entry.items())
    if (lower_case(name) == key) return &value;
  return nullptr;
}

double finite_number(const json& value, const std::string& key) {
  if (!value.is_number() || !std::isfinite(value.get<double>()))
    fail_input("{} = {} is no finite number", key, value.dump().substr(0, 40));
  return value.get<double>();
}

/// pymatgen's {"Fe": 2.0, "O": 3.0}, or a formula.
Composition read_composition(const json& value, const std::string& key) {
  if (value.is_string()) return parse_formula(value.get<std::string>());
  if (!value.is_object()) fail_input("{} is neither a formula nor amounts of elements", key);
  Composition result;
  for (const auto& [element, amount] : value.items()) {
    if (element.rfind('@', 0) == 0) continue;  // @module, @class
    const double n = finite_number(amount, key + " " + element);
    if (n < 0.0) fail_input("{} {} = {} is negative", key, element, n);
    result.add(element_of_key(element), n);
  }
  return result;
}

/// The sum over the sites of pymatgen's Structure.
Composition composition_of_sites(const json& structure) {
  Composition result;
  const json* sites = structure.is_object() ? find(structure, "sites") : nullptr;
  if (sites == nullptr || !sites->is_array()) fail_input("a structure without sites");
  for (const json& site : *sites) {
    const json* species = site.is_object() ? find(site, "species") : nullptr;
    if (species == nullptr || !species->is_array()) fail_input("a site without species");
    for (const json& one : *species) {
      const json *element = find(one, "element"), *occupation = find(one, "occu");
      if (element == nullptr || !element->is_string()) fail_input("a site without element");
      result.add(element_of_key(element->get<std::string>()),
                 occupation == nullptr ? 1.0 : finite_number(*occupation, "occu"));
    }
  }
  return result;
}

Composition composition_of_entry(const json& entry, const EntryFileOptions& options) {
  Composition result;
  const json* found = nullptr;
  for (const auto& key : formula_keys(options))
    if (found = find(entry, key); found != nullptr && !found->is_null()) {
      result = read_composition(*found, key);
      break;
    }
  if (found == nullptr || found->is_null()) {
    const json* structure = find(entry, "structure");
    if (structure == nullptr) fail_input("no composition: none of {}", quoted_list(formula_keys(options)));
    result = composition_of_sites(*structure);
  }
  result.check();
  return result;
}

EnergyKey energy_key_of(const json& entry, const EntryFileOptions& options) {
  std::vector<std::string> known;
  for (const auto& [name, value] : entry.items())
    if (!value.is_null()) known.push_back(lower_case(name));
  return choose_energy_key(options, known);
}

HullEntry read_entry(const json& entry, const EntryFileOptions& options, const EnergyKey& key) {
  HullEntry result;
  result.composition = composition_of_entry(entry, options);
  const json* energy = find(entry, key.name);
  if (energy == nullptr) fail_input("no '{}', which the first entry has", key.name);
  double value = finite_number(*energy, key.name);
  // pymatgen keeps the energy of the calculation and the sum of all corrections apart.
  const json* correction = key.name == "energy" ? find(entry, "correction") : nullptr;
  if (correction != nullptr && !correction->is_null()) value += finite_number(*correction, "correction");
  result.energy = key.per_atom_energy(value, result.composition);
  const json* parameters = find(entry, "parameters");
  for (const json* place : {&entry, parameters})
    if (place != nullptr && place->is_object())
      for (const char* name : {"run_type", "functional"})
        if (const json* type = find(*place, name); type != nullptr && type->is_string())
          result.run_type = type->get<std::string>();
  return result;
}

std::string id_of(const json& entry, const EntryFileOptions& options) {
  for (const auto& key : id_keys(options)) {
    const json* id = find(entry, key);
    if (id == nullptr || id->is_null()) continue;
    if (id->is_object()) id = find(*id, "string");  // an MPID as an object
    if (id != nullptr) return id->is_string() ? id->get<std::string>() : id->dump();
  }
  return "";
}

}  // namespace

EntryList parse_json_entries(std::string_view text, const std::string& path, const EntryFileOptions& options) {
  const json document = parse(text, path, options);
  const json& items = find_list(document, path);
  EntryList list;
  const ElementFilter filter(options);
  EnergyKey key;
  std::size_t number = 0;
  for (const json& item : items) {
    std::string id;
    try {
      ++number;
      if (!item.is_object()) fail_input("not an object");
      id = id_of(item, options);
      if (number == 1) key = energy_key_of(item, options);
      HullEntry entry = read_entry(item, options, key);
      entry.id = id.empty() ? numbered_id(path, number) : id;
      if (filter.takes(entry.composition)) list.entries.push_back(std::move(entry));
    } catch (const InputError& error) {
      fail_input("{}: entry {}{}: {}", path, number, id.empty() ? "" : " (" + id + ")", error.what());
    } catch (const json::exception& error) {
      fail_input("{}: entry {}{}: {}", path, number, id.empty() ? "" : " (" + id + ")", error.what());
    }
  }
  list.kind = key.kind;
  return list;
}

}  // namespace spinel
