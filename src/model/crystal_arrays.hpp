#pragma once

#include <cstdint>

namespace spinel {

/// Crystals as a dataset and its graphs hold them, and keep for as long as this is used. Pointers may be null where the
/// model needs none of it.
struct CrystalArrays {
  const std::int64_t* atom_offset = nullptr;    ///< [crystal + 1]
  const std::uint8_t* atomic_number = nullptr;  ///< [atom]
  const std::int64_t* edge_offset = nullptr;    ///< [atom + 1]: where the edges of each begin
  const std::int32_t* neighbor = nullptr;       ///< [edge] place of an atom within its crystal
  const float* distance = nullptr;              ///< [edge] Å
  const float* descriptor = nullptr;            ///< [crystal][descriptor_width]: composition_inputs, then descriptors
  std::int64_t descriptor_width = 0;
};

}  // namespace spinel
