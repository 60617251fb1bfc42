#pragma once

#include <nlohmann/json_fwd.hpp>

#include "crystal/structure.hpp"

namespace spinel {

/// Is this a dictionary of pymatgen's Structure: with lattice and sites?
bool is_pymatgen_structure(const nlohmann::json& value);

/// The structure of such a dictionary (Structure.as_dict): lattice.matrix (and pbc), sites with one element of
/// occupancy 1 each and fractional coordinates abc (else Cartesian xyz); a site property "forces" or "force" of every
/// site becomes the forces (eV/Å). All else is passed over. InputError, without file, naming the site, for partial or
/// mixed occupancy, unknown elements, numbers that are none, and what regularize_cell refuses. `allow_labels`: reduced
/// units, as ReadOptions has it.
Structure structure_from_pymatgen(const nlohmann::json& value, bool allow_labels = false);

}  // namespace spinel
