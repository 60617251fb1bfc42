#pragma once

#include <vector>

#include "campaign/structure_sweep.hpp"
#include "stability/entries/hull_entry.hpp"

namespace spinel {

/// Whether &hull has entries whose energies the potential gives.
bool computes_entries(const Input& input);

/// Collective. The structures of &hull: those of `structures`, then `prototypes`, then those that
/// elemental_references = 'prototypes' adds: for each element without a crystal of its own that of the element at room
/// temperature, and for metals fcc, bcc and hcp. `given`, on rank 0: entries that are there already. InputError where
/// an element would have no reference, before anything is computed.
StructureSet hull_structures(const RunContext& context, const EntryList& given);

/// Collective. Appends an entry for each structure that has an energy; those that failed go to left_out with the
/// reason. Returns, on rank 0, the number of the structure behind each entry, −1 for entries that were there before.
std::vector<std::int64_t> add_computed_entries(const RunContext& context, StructureSweep& sweep, EntryList& list);

}  // namespace spinel
