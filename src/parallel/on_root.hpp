#pragma once

#include <functional>

#include "parallel/communicator.hpp"

namespace spinel {

/// Collective. Runs `work` on rank 0 alone. What it throws there is thrown on every rank: InputError as InputError,
/// anything else as CollectiveError.
void on_root(const Communicator& communicator, const std::function<void()>& work);

/// Collective. Runs `work`, which must not communicate, on every rank. What the lowest rank where it fails throws is
/// thrown on every rank, in the same way.
void on_all_ranks(const Communicator& communicator, const std::function<void()>& work);
/// Collective. What rank 0 answers, on every rank; what it throws is thrown as above.
bool root_says(const Communicator& communicator, const std::function<bool()>& question);

}  // namespace spinel
