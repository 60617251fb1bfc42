#pragma once

#include <nlohmann/json_fwd.hpp>

#include "crystal/formats/read_options.hpp"
#include "crystal/structure.hpp"

namespace spinel {

/// Is this a dictionary of pymatgen's Structure: with lattice and sites?
bool is_pymatgen_structure(const nlohmann::json& value);

/// The structure of such a dictionary (Structure.as_dict): lattice.matrix, else lengths and angles (and pbc); sites
/// with the elements that `species` (older: `specie`) lists, as content_of_site takes them, and fractional coordinates
/// abc (else Cartesian xyz). Properties that every site has become force (eV/Å), magnetic_moment and charge, by the
/// names of atom_label. All else is passed over. InputError, without file, naming the site, for disorder that `options`
/// do not allow, unknown elements, numbers that are none, and what regularize_cell refuses.
Structure structure_from_pymatgen(const nlohmann::json& value, const ReadOptions& options = {});

}  // namespace spinel
