#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "crystal/formats/json/json_items.hpp"
#include "crystal/formats/read_options.hpp"
#include "crystal/structure.hpp"

namespace spinel {

// The forms that programs write a structure in.

enum class JsonForm {
  none,
  pymatgen,  ///< lattice, sites: Structure.as_dict
  molecule,  ///< pymatgen's Molecule: sites without a lattice, which is an InputError
  jarvis,    ///< lattice_mat, coords, elements: Atoms.to_dict of jarvis-tools
  ase,       ///< numbers or symbols, positions, cell, pbc: a row of ase.db, ase.io.jsonio
  optimade,  ///< lattice_vectors, cartesian_site_positions, species_at_sites, species
};

/// By the members it has.
JsonForm json_form(const nlohmann::json& value);
/// The same of the members of an object that is not parsed, molecules excepted.
JsonForm json_form(const std::vector<JsonItem>& members);

/// The members that make up the structure in this form, and what the program keeps for itself.
const std::vector<std::string>& members_of_form(JsonForm form);

/// The structure that an object of any form is, also one level deeper under `structure` (a ComputedStructureEntry), or
/// a text: CIF, or JSON of such an object. `name`: how messages call it. Info is empty. InputError, without file.
Structure structure_from_value(const nlohmann::json& value, const std::string& name, const ReadOptions& options);
Structure structure_from_string(const std::string& text, const std::string& name, const ReadOptions& options);

}  // namespace spinel
