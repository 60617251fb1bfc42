#pragma once

#include <string>
#include <vector>

#include "io/result_file.hpp"
#include "stability/convex_hull.hpp"
#include "stability/reference_hull.hpp"

namespace spinel {

/// /hull of a result file (doc/output.md): entries, energies, decompositions, references; and the facets, where the
/// entries hold 2 to 4 elements in all. On rank 0, or on all ranks.
void write_hull(ResultFile& file, const EntryList& list, const HullTable& table);

/// /candidates: energies and decompositions into phases of `hull`, those that occur listed with it.
void write_candidates(ResultFile& file, const std::vector<HullEntry>& candidates, const CandidateTable& table,
                      const StoredHull& hull);

/// Tables for people and spreadsheets, one line an entry. Throws Error where the file cannot be written.
void write_hull_csv(const std::string& path, const std::vector<HullEntry>& entries, const HullTable& table);
void write_candidates_csv(const std::string& path, const std::vector<HullEntry>& candidates,
                          const CandidateTable& table, const StoredHull& hull);

/// What write_hull left in a file. InputError where the file holds no hull.
StoredHull read_stored_hull(const std::string& path);

}  // namespace spinel
