#pragma once

#include "crystal/formats/cif/cif_reading.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

/// The cell of a block. Lengths and angles that are not given are those that the named group fixes, else 90°, with a
/// warning. InputError where the group leaves one open, or there is no such cell.
CellParameters read_cif_cell(const CifReading& reading);

}  // namespace spinel
