#pragma once

#include "core/log.hpp"
#include "io/result_file.hpp"
#include "task/discover/discover_candidates.hpp"

namespace spinel {

/// A line on what a screen made of the proposals of a round, and one on what it could not look at.
void report_screen(Log& log, std::int64_t round, const ScreenedRound& screened);

/// On rank 0. /screen/candidates: all that were kept, and /screen: rounds, and reasons of what was left out. Nothing
/// where candidates are not screened.
void write_screen(const ProposedCandidates& candidates, ResultFile& file);

}  // namespace spinel
