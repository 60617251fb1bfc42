#pragma once

#include <vector>

#include "propose/proposal_stream.hpp"
#include "run/context.hpp"

namespace spinel {

/// Collective. The lists that &propose names, opened. InputError at the key where one cannot be.
std::vector<KnownList> known_lists(const RunContext& context);
ProposalSources proposal_sources(const RunContext& context);

}  // namespace spinel
