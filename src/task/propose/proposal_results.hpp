#pragma once

#include <functional>
#include <string>
#include <vector>

#include "io/result_file.hpp"
#include "propose/proposal_stream.hpp"
#include "run/context.hpp"

namespace spinel {

/// "<prefix>-12": the identifier of the candidate of a number from 0.
std::string candidate_id(const RunContext& context, std::int64_t number);

/// Attempts of each generator by what became of them, on rank 0: lines of the log, and /generators of the result file.
void report_counts(const RunContext& context, const std::vector<ProposalShare>& generators,
                   const std::vector<VerdictCounts>& counts);
void write_counts(ResultFile& file, const std::vector<ProposalShare>& generators,
                  const std::vector<VerdictCounts>& counts);

/// Segments in order, each with the number of its first candidate.
using EachSegment = std::function<void(const std::function<void(std::int64_t first, const ProposalSegment&)>&)>;

/// Collective. Candidates as a dataset: each rank brings those of its segments, in rank order. Nothing is written where
/// there are none.
void write_candidates(const RunContext& context, const std::string& path, const KnownCrystals& known,
                      const std::vector<ProposalShare>& generators, const EachSegment& mine);
/// On rank 0. All of them as a table.
void write_candidate_table(const RunContext& context, const std::string& path, const KnownCrystals& known,
                           const std::vector<ProposalShare>& generators, const EachSegment& all);

}  // namespace spinel
