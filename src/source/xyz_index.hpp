#pragma once

#include <vector>

#include "source/file_text.hpp"

namespace spinel {

/// Where the frames of extended XYZ are, found by the numbers of atoms they begin with. InputError where one is missing
/// or the text ends inside a frame: what follows could not be found. An empty text has none.
std::vector<TextPiece> index_xyz(LineReader lines);

}  // namespace spinel
