#pragma once

#include "core/byte_stream.hpp"
#include "stability/entries/hull_entry.hpp"

namespace spinel {

// Entries as bytes of this machine, for messages and journals.
inline auto members(Composition::Part& p) { return std::tie(p.atomic_number, p.amount); }
inline auto members(Composition& c) { return std::tie(c.parts); }
inline auto members(HullEntry& e) { return std::tie(e.id, e.composition, e.energy, e.run_type); }

}  // namespace spinel
