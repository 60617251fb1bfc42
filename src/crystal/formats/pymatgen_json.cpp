#include "crystal/formats/pymatgen_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

namespace {

using nlohmann::json;

Vec3 vector_from(const json& value, const std::string& what) {
  if (!value.is_array() || value.size() != 3) fail_input("{} is not three numbers", what);
  Vec3 result;
  for (std::size_t k = 0; k < 3; ++k) {
    if (!value[k].is_number() || !std::isfinite(value[k].get<double>()))
      fail_input("{} holds '{}', which is no finite number", what, value[k].dump().substr(0, 40));
    result[static_cast<Eigen::Index>(k)] = value[k].get<double>();
  }
  return result;
}

const json* find(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

Species species_of(const json& site, const std::string& where, bool allow_labels) {
  const json* species = find(site, "species");
  if (species == nullptr || !species->is_array() || species->empty()) fail_input("{} has no species", where);
  if (species->size() > 1) fail_input("{} is shared by {} species", where, species->size());
  const json& one = species->front();
  const json *element = one.is_object() ? find(one, "element") : nullptr,
             *occupancy = one.is_object() ? find(one, "occu") : nullptr;
  if (element == nullptr || !element->is_string()) fail_input("{} has no element", where);
  if (occupancy != nullptr && (!occupancy->is_number() || std::abs(occupancy->get<double>() - 1.0) > 1e-3))
    fail_input("{} is occupied by {} only", where, occupancy->dump().substr(0, 20));
  // "Fe", also "Fe3+" of older files.
  std::string symbol = element->get<std::string>();
  if (!allow_labels) symbol.resize(std::min(symbol.size(), symbol.find_first_of("0123456789+-")));
  try {
    return species_from_symbol(symbol, allow_labels);
  } catch (const InputError& error) {
    fail_input("{}: {}", where, error.what());
  }
}

}  // namespace

bool is_pymatgen_structure(const json& value) {
  return value.is_object() && value.contains("lattice") && value.contains("sites");
}

Structure structure_from_pymatgen(const json& value, bool allow_labels) {
  const json *lattice = find(value, "lattice"), *sites = find(value, "sites");
  const json* matrix = lattice != nullptr && lattice->is_object() ? find(*lattice, "matrix") : nullptr;
  if (matrix == nullptr || !matrix->is_array() || matrix->size() != 3)
    fail_input("the lattice has no matrix of three vectors");
  if (sites == nullptr || !sites->is_array() || sites->empty()) fail_input("there are no sites");
  Structure s;
  for (std::size_t k = 0; k < 3; ++k)
    s.cell.row(static_cast<Eigen::Index>(k)) = vector_from((*matrix)[k], "the lattice").transpose();
  if (const json* periodic = find(*lattice, "pbc")) {
    if (!periodic->is_array() || periodic->size() != 3) fail_input("pbc of the lattice is not three logicals");
    for (std::size_t k = 0; k < 3; ++k)
      s.periodic[k] = (*periodic)[k].is_boolean() ? (*periodic)[k].get<bool>() : (*periodic)[k] != 0;
  }
  for (std::size_t i = 0; i < sites->size(); ++i) {
    const json& site = (*sites)[i];
    const std::string where = fmt::format("site {}", i + 1);
    if (!site.is_object()) fail_input("{} is no object", where);
    s.type.push_back(add_species(s, species_of(site, where, allow_labels)));
    if (const json* fractional = find(site, "abc"))
      s.position.emplace_back(to_cartesian(s.cell, vector_from(*fractional, where)));
    else if (const json* cartesian = find(site, "xyz"))
      s.position.push_back(vector_from(*cartesian, where));
    else
      fail_input("{} has no coordinates", where);
    if (const json* properties = find(site, "properties"); properties != nullptr && properties->is_object())
      for (const char* name : {"forces", "force"})
        if (const json* force = find(*properties, name); force != nullptr && s.force.size() == i)
          s.force.push_back(vector_from(*force, "the force of " + where));
  }
  if (s.force.size() != s.position.size()) s.force.clear();
  regularize_cell(s, "the structure");
  return s;
}

}  // namespace spinel
