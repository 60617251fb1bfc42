#include "crystal/formats/json/pymatgen_json.hpp"

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/json/json_labels.hpp"
#include "crystal/formats/json/json_values.hpp"
#include "crystal/formats/labels.hpp"
#include "crystal/formats/ordered_supercell.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

namespace {

using nlohmann::json;

/// "Fe", {"element": "Fe", "oxidation_state": 3}, {"element": "Fe3+", "occu": 0.5}.
SitePart part_of(const json& entry, const std::string& where, Structure& structure, const ReadOptions& options) {
  const json* element = entry.is_string() ? &entry : json_member(entry, "element");
  if (element == nullptr || !element->is_string()) fail_input("{} has no element", where);
  SitePart part;
  if (entry.is_object())
    if (const auto occupancy = entry.find("occu"); occupancy != entry.end()) {
      if (!occupancy->is_number()) fail_input("{}: '{}' is no occupancy", where, json_excerpt(*occupancy));
      part.occupancy = occupancy->get<double>();
    }
  // What has no occupancy may have any name.
  if (part.occupancy != 0.0)
    part.species = species_of_ion(element->get<std::string>(), where, options, structure.warnings);
  return part;
}

SiteContent content_of(const json& site, const std::string& where, Structure& structure, const ReadOptions& options) {
  const json* species = json_member(site, "species");
  if (species == nullptr) species = json_member(site, "specie");
  if (species == nullptr || (species->is_array() && species->empty())) fail_input("{} has no species", where);
  std::vector<SitePart> parts;
  if (species->is_array())
    for (const json& entry : *species) parts.push_back(part_of(entry, where, structure, options));
  else
    parts.push_back(part_of(*species, where, structure, options));
  return content_of_site(parts, where, options, structure.warnings);
}

double number_in(const json& lattice, const char* key) {
  const json* value = json_member(lattice, key);
  if (value == nullptr || !value->is_number()) fail_input("the lattice has no matrix of three vectors");
  return value->get<double>();
}

void read_lattice(const json& value, Structure& s) {
  const json* lattice = json_member(value, "lattice");
  if (lattice == nullptr || !lattice->is_object()) fail_input("the lattice has no matrix of three vectors");
  if (const json* matrix = json_member(*lattice, "matrix"))
    s.cell = cell_from_json(*matrix);
  else
    s.cell =
        cell_from_parameters({number_in(*lattice, "a"), number_in(*lattice, "b"), number_in(*lattice, "c"),
                              number_in(*lattice, "alpha"), number_in(*lattice, "beta"), number_in(*lattice, "gamma")});
  if (const json* periodic = json_member(*lattice, "pbc")) {
    if (!periodic->is_array() || periodic->size() != 3) fail_input("pbc of the lattice is not three logicals");
    for (std::size_t k = 0; k < 3; ++k)
      s.periodic[k] = (*periodic)[k].is_boolean() ? (*periodic)[k].get<bool>() : (*periodic)[k] != 0;
  }
}

}  // namespace

bool is_pymatgen_structure(const json& value) {
  return value.is_object() && value.contains("lattice") && value.contains("sites");
}

Structure structure_from_pymatgen(const json& value, const ReadOptions& options) {
  Structure s;
  read_lattice(value, s);
  const json* sites = json_member(value, "sites");
  if (sites == nullptr || !sites->is_array() || sites->empty()) fail_input("there are no sites");
  std::vector<DisorderedGroup> disordered;
  // [name] the values of the sites, in their order.
  std::map<std::string, json> lists;
  for (std::size_t i = 0; i < sites->size(); ++i) {
    const json& site = (*sites)[i];
    const std::string where = fmt::format("site {}", i + 1);
    if (!site.is_object()) fail_input("{} is no object", where);
    const SiteContent content = content_of(site, where, s, options);
    if (!content.species) continue;
    if (const json* fractional = json_member(site, "abc"))
      s.position.emplace_back(to_cartesian(s.cell, vector_from_json(*fractional, where)));
    else if (const json* cartesian = json_member(site, "xyz"))
      s.position.push_back(vector_from_json(*cartesian, where));
    else
      fail_input("{} has no coordinates", where);
    if (!content.parts.empty()) add_disordered(disordered, s.type.size(), content.parts);
    s.type.push_back(add_species(s, *content.species));
    const json* properties = json_member(site, "properties");
    if (properties == nullptr || !properties->is_object()) continue;
    for (const auto& [name, property] : properties->items()) {
      int rank = 0;
      if (property.is_null() || atom_label(name, options.keys, rank) == AtomLabel::none) continue;
      auto& list = lists[name];
      if (list.is_null()) list = json::array();
      // Where a site lacks it, the list stays shorter than there are atoms.
      if (list.size() + 1 == s.size()) list.push_back(property);
    }
  }
  if (s.position.empty()) fail_input("no site is occupied");
  if (!disordered.empty()) s = ordered_supercell(s, disordered, options.disorder_seed);
  JsonLabels labels(s, options);
  for (const auto& [name, list] : lists)
    if (list.size() == s.size()) labels.add(name, list);
  labels.finish();
  regularize_cell(s, "the structure");
  return s;
}

}  // namespace spinel
