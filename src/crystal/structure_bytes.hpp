#pragma once

#include <vector>

#include "core/byte_stream.hpp"
#include "crystal/structure.hpp"

namespace spinel {

/// A structure with all it holds as bytes of this machine, for messages and journals.
std::vector<char> pack(const Structure& structure);
/// Throws Error where the bytes end too soon.
Structure unpack_structure(const std::vector<char>& bytes);

/// The same as a part of something larger.
void put_structure(ByteWriter& out, const Structure& structure);
Structure get_structure(ByteReader& in);

}  // namespace spinel
