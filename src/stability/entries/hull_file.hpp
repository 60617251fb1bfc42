#pragma once

#include <string>
#include <vector>

#include "io/table.hpp"
#include "stability/convex_hull.hpp"
#include "stability/reference_hull.hpp"

namespace spinel {

/// Tables whose rows are the numbers of entries, or of candidates; what they are made from must outlive them.
using HullRows = Table<std::size_t>;
HullRows hull_rows(const EntryList& list, const HullTable& table);
HullRows candidate_rows(const std::vector<HullEntry>& candidates, const CandidateTable& table, const StoredHull& hull);

/// /hull of a result file (doc/output.md): entries, energies, decompositions, references; and the facets, where the
/// entries hold 2 to 4 elements in all. On rank 0, or on all ranks. `group`: instead of /hull, of another hull.
void write_hull(ResultFile& file, const EntryList& list, const HullTable& table, const std::string& group = "/hull");

/// /candidates: energies and decompositions into phases of `hull`, those that occur listed with it.
void write_candidates(ResultFile& file, const std::vector<HullEntry>& candidates, const CandidateTable& table,
                      const StoredHull& hull);

/// What write_hull left in a file. InputError where the file holds no hull.
StoredHull read_stored_hull(const std::string& path);

}  // namespace spinel
