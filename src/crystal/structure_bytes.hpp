#pragma once

#include "core/byte_stream.hpp"
#include "crystal/structure.hpp"

namespace spinel {

// A structure with all it holds as bytes of this machine (ByteWriter, pack), for messages and journals.
inline auto members(Species& s) { return std::tie(s.symbol, s.atomic_number, s.mass); }
inline auto members(Structure& s) {
  return std::tie(s.cell, s.periodic, s.species, s.type, s.position, s.velocity, s.fixed, s.force, s.magnetic_moment,
                  s.charge, s.info, s.warnings);
}

}  // namespace spinel
