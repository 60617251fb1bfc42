#pragma once

#include "run/context.hpp"

namespace spinel {

/// Collective.
void check_query(const RunContext& context);
/// Collective. Entries of a database on the network to a dataset file, which is as calculation = 'convert' writes it.
/// Rank 0 alone speaks to the server.
bool run_query(const RunContext& context);

}  // namespace spinel
