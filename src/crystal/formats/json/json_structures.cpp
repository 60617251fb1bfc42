#include "crystal/formats/json/json_structures.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/cif/cif.hpp"
#include "crystal/formats/json/json_parse.hpp"
#include "crystal/formats/json/json_values.hpp"
#include "crystal/formats/json/pymatgen_json.hpp"
#include "crystal/formats/labels.hpp"
#include "crystal/formats/ordered_supercell.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

namespace {

using nlohmann::json;

template <class Has>
JsonForm form_of(const Has& has) {
  if (has("lattice") && has("sites")) return JsonForm::pymatgen;
  if (has("lattice_mat") && has("coords")) return JsonForm::jarvis;
  if (has("lattice_vectors") && (has("cartesian_site_positions") || has("species_at_sites"))) return JsonForm::optimade;
  if (has("positions") && (has("numbers") || has("symbols"))) return JsonForm::ase;
  return JsonForm::none;
}

/// A list with a value of every site.
const json& list_of(const json& value, const char* key, std::size_t n = 0) {
  const json* list = json_member(value, key);
  if (list == nullptr || !list->is_array() || list->empty()) fail_input("there is no list of '{}'", key);
  if (n > 0 && list->size() != n) fail_input("{} '{}' for {} sites", list->size(), key, n);
  return *list;
}

std::string site(std::size_t i) { return fmt::format("site {}", i + 1); }

std::string symbol_in(const json& list, std::size_t i) {
  if (!list[i].is_string()) fail_input("{} has no element but '{}'", site(i), json_excerpt(list[i]));
  return list[i].get<std::string>();
}

Structure from_jarvis(const json& value, const ReadOptions& options) {
  Structure s;
  s.cell = cell_from_json(value["lattice_mat"]);
  const json &coordinates = list_of(value, "coords"), &elements = list_of(value, "elements", coordinates.size());
  const json* cartesian = json_member(value, "cartesian");
  const bool is_cartesian = cartesian != nullptr && cartesian->is_boolean() && cartesian->get<bool>();
  for (std::size_t i = 0; i < coordinates.size(); ++i) {
    const Vec3 x = vector_from_json(coordinates[i], site(i));
    s.position.push_back(is_cartesian ? x : to_cartesian(s.cell, x));
    s.type.push_back(add_species(s, species_of_ion(symbol_in(elements, i), site(i), options, s.warnings)));
  }
  return s;
}

bool is_true(const json& value) {
  return value.is_boolean() ? value.get<bool>() : value.is_number() && value.get<double>() != 0.0;
}

/// Three vectors, three lengths, lengths and angles, or what ase.io.jsonio writes of its Cell.
Mat3 cell_of_ase(const json& value) {
  const auto is_number = [](const json& x) { return x.is_number(); };
  if (!value.is_array() || !std::all_of(value.begin(), value.end(), is_number)) return cell_from_json(value);
  const auto at = [&](std::size_t k) { return value[k].get<double>(); };
  if (value.size() == 3) return Vec3(at(0), at(1), at(2)).asDiagonal();
  if (value.size() == 6) return cell_from_parameters({at(0), at(1), at(2), at(3), at(4), at(5)});
  return cell_from_json(value);
}

Structure from_ase(const json& value, const ReadOptions& options) {
  Structure s;
  const json* cell = json_member(value, "cell");
  if (cell != nullptr)
    if (const json* array = json_member(*cell, "array")) cell = array;
  if (cell != nullptr) s.cell = cell_of_ase(*cell);
  s.periodic.fill(cell != nullptr);
  if (const json* periodic = json_member(value, "pbc")) {
    if (periodic->is_array() && periodic->size() != 3) fail_input("pbc is not three logicals");
    for (std::size_t k = 0; k < 3; ++k) s.periodic[k] = is_true(periodic->is_array() ? (*periodic)[k] : *periodic);
  }
  const json& positions = list_of(value, "positions");
  const bool has_numbers = json_member(value, "numbers") != nullptr;
  const json& kinds = list_of(value, has_numbers ? "numbers" : "symbols", positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    s.position.push_back(vector_from_json(positions[i], site(i)));
    Species species;
    if (!has_numbers) {
      species = species_of_ion(symbol_in(kinds, i), site(i), options, s.warnings);
    } else {
      const double z = kinds[i].is_number() ? kinds[i].get<double>() : 0.0;
      if (!(z >= 1.0 && z <= 118.0)) fail_input("{} has the atomic number {}", site(i), json_excerpt(kinds[i]));
      species = species_from_number(static_cast<int>(z), options.allow_labels);
    }
    s.type.push_back(add_species(s, species));
  }
  return s;
}

/// InputError where sites and their species do not say all of a structure of OPTIMADE.
void check_optimade_features(const json& value) {
  const json* features = json_member(value, "structure_features");
  if (features == nullptr || !features->is_array()) return;
  for (const json& feature : *features) {
    if (feature == "implicit_atoms") fail_input("it has atoms without positions ('implicit_atoms')");
    if (feature == "assemblies") fail_input("it has sites that exclude each other ('assemblies')");
  }
}

/// What stands under a name of species_at_sites.
std::vector<SitePart> optimade_parts(const json* all, const std::string& name, const std::string& where, Structure& s,
                                     const ReadOptions& options) {
  const json* kind = nullptr;
  if (all != nullptr)
    for (const json& one : *all)
      if (const json* own = json_member(one, "name"); own != nullptr && *own == name) kind = &one;
  if (kind == nullptr) {
    if (all != nullptr && !all->empty()) fail_input("{} is of the species '{}', which 'species' has not", where, name);
    return {{species_of_ion(name, where, options, s.warnings), 1.0}};
  }
  if (json_member(*kind, "attached") != nullptr)
    fail_input("{}, '{}', has atoms attached that have no positions", where, name);
  const json *symbols = json_member(*kind, "chemical_symbols"), *shares = json_member(*kind, "concentration");
  if (symbols == nullptr || !symbols->is_array() || symbols->empty())
    fail_input("{}, '{}', has no chemical symbols", where, name);
  const bool has_shares = shares != nullptr && shares->is_array() && shares->size() == symbols->size();
  if (!has_shares && symbols->size() > 1) fail_input("{}, '{}', has no concentrations of its symbols", where, name);
  std::vector<SitePart> parts;
  for (std::size_t k = 0; k < symbols->size(); ++k) {
    const std::string symbol = symbol_in(*symbols, k);
    if (has_shares && !(*shares)[k].is_number())
      fail_input("{}, '{}': '{}' is no concentration", where, name, json_excerpt((*shares)[k]));
    // "X" is any element that has no symbol.
    if (symbol == "vacancy") continue;
    parts.push_back(
        {species_of_ion(symbol, where, options, s.warnings), has_shares ? (*shares)[k].get<double>() : 1.0});
  }
  if (parts.empty() && options.disorder == Disorder::refuse) fail_input("{} is vacant", where);
  return parts;
}

Structure from_optimade(const json& value, const ReadOptions& options) {
  Structure s;
  check_optimade_features(value);
  if (json_member(value, "lattice_vectors") == nullptr) fail_input("the lattice vectors are null");
  s.cell = cell_from_json(value["lattice_vectors"], true);
  if (const json* periodic = json_member(value, "dimension_types")) {
    if (!periodic->is_array() || periodic->size() != 3) fail_input("'dimension_types' is not three numbers");
    for (std::size_t k = 0; k < 3; ++k) s.periodic[k] = is_true((*periodic)[k]);
  }
  if (json_member(value, "cartesian_site_positions") == nullptr) fail_input("the positions of its sites are not given");
  const json& positions = list_of(value, "cartesian_site_positions");
  const json& names = list_of(value, "species_at_sites", positions.size());
  const json* species = json_member(value, "species");
  if (species != nullptr && !species->is_array()) species = nullptr;
  std::vector<DisorderedGroup> disordered;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const auto parts = optimade_parts(species, symbol_in(names, i), site(i), s, options);
    const SiteContent content = content_of_site(parts, site(i), options, s.warnings);
    if (!content.species) continue;
    s.position.push_back(vector_from_json(positions[i], site(i)));
    if (!content.parts.empty()) add_disordered(disordered, s.type.size(), content.parts);
    s.type.push_back(add_species(s, *content.species));
  }
  if (s.position.empty()) fail_input("no site is occupied");
  return disordered.empty() ? s : ordered_supercell(s, disordered, options.disorder_seed);
}

Structure structure_of_form(JsonForm form, const json& value, const ReadOptions& options) {
  Structure s;
  if (form == JsonForm::pymatgen) return structure_from_pymatgen(value, options);
  if (form == JsonForm::jarvis) s = from_jarvis(value, options);
  if (form == JsonForm::ase) s = from_ase(value, options);
  if (form == JsonForm::optimade) s = from_optimade(value, options);
  regularize_cell(s, "the structure");
  return s;
}

}  // namespace

JsonForm json_form(const json& value) {
  if (!value.is_object()) return JsonForm::none;
  const JsonForm form = form_of([&](const char* key) { return value.contains(key); });
  if (form != JsonForm::none) return form;
  if (const json* name = json_member(value, "@class"); name != nullptr && (*name == "Molecule" || *name == "IMolecule"))
    return JsonForm::molecule;
  return JsonForm::none;
}

JsonForm json_form(const std::vector<JsonItem>& members) {
  return form_of([&](std::string_view key) {
    return std::any_of(members.begin(), members.end(), [&](const JsonItem& item) { return item.key == key; });
  });
}

const std::vector<std::string>& members_of_form(JsonForm form) {
  static const std::vector<std::string> none,
      pymatgen = {"lattice", "sites", "charge"},
      jarvis = {"lattice_mat", "coords", "elements", "cartesian", "props", "abc", "angles"},
      ase = {"numbers",     "symbols", "positions", "cell", "pbc", "ctime", "mtime", "user", "calculator_parameters",
             "constraints", "momenta", "masses",    "tags"},
      optimade = {"lattice_vectors", "cartesian_site_positions", "species_at_sites", "species", "dimension_types"};
  switch (form) {
    case JsonForm::pymatgen:
      return pymatgen;
    case JsonForm::jarvis:
      return jarvis;
    case JsonForm::ase:
      return ase;
    case JsonForm::optimade:
      return optimade;
    case JsonForm::molecule:
    case JsonForm::none:
      break;
  }
  return none;
}

Structure structure_from_value(const json& value, const std::string& name, const ReadOptions& options) {
  if (value.is_string()) return structure_from_string(value.get<std::string>(), name, options);
  const JsonForm form = json_form(value);
  if (form == JsonForm::molecule) fail_input("it is a molecule, without a cell, and no structure");
  if (form != JsonForm::none) return structure_of_form(form, value, options);
  const json* inner = json_member(value, "structure");
  if (const JsonForm own = inner == nullptr ? JsonForm::none : json_form(*inner); own != JsonForm::none)
    return structure_of_form(own, *inner, options);
  // What is half of pymatgen's form has messages that say what it lacks.
  if (value.is_object() && (value.contains("lattice") || value.contains("sites")))
    return structure_from_pymatgen(value, options);
  fail_input(
      "'{}' is no structure: it has neither lattice and sites (pymatgen), lattice_mat and coords (JARVIS), positions "
      "and numbers (ASE) nor lattice_vectors and cartesian_site_positions (OPTIMADE)",
      name);
}

Structure structure_from_string(const std::string& text, const std::string& name, const ReadOptions& options) {
  std::string_view plain = text;
  if (plain.substr(0, 3) == "\xef\xbb\xbf") plain.remove_prefix(3);
  const char open = json_kind(plain);
  if (open == '\0') fail_input("'{}' is an empty text", name);
  if (open == '{') return structure_from_value(parse_json(plain), name, options);
  if (open == '[') fail_input("'{}' is a list, not a structure", name);
  Structure structure = parse_cif(plain, name, options);
  structure.info.clear();
  return structure;
}

}  // namespace spinel
