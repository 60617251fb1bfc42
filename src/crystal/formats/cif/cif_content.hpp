#pragma once

#include <string>

#include "crystal/formats/cif/cif_text.hpp"
#include "crystal/formats/read_options.hpp"
#include "crystal/structure.hpp"

namespace spinel {

/// All atoms of the unit cell that a block describes (formats/cif/cif.hpp). `name`: of the file.
Structure structure_of_cif(CifBlock block, const std::string& name, const ReadOptions& options);

}  // namespace spinel
