#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "parallel/communicator.hpp"

namespace spinel {

/// Collective. Runs `work` on rank 0 alone. What it throws there is thrown on every rank: InputError as InputError,
/// anything else as CollectiveError.
void on_root(const Communicator& communicator, const std::function<void()>& work);

/// Collective. The same for work that takes long because rank 0 waits for other programs: the other ranks sleep, so
/// that these have their processors. `signal` tells rank 0 which stop signal has come to any of the ranks, 0: none.
/// Interrupted is thrown on every rank, too.
void on_root_asleep(const Communicator& communicator,
                    const std::function<void(const std::function<int()>& signal)>& work);

/// Collective. Runs `work`, which must not communicate, on every rank. What the lowest rank where it fails throws is
/// thrown on every rank, in the same way.
void on_all_ranks(const Communicator& communicator, const std::function<void()>& work);
/// Collective. What rank 0 answers, on every rank; what it throws is thrown as above.
bool root_says(const Communicator& communicator, const std::function<bool()>& question);

/// Collective. Of all ranks' problems, each with the number of what has it (−1: this rank has none), that of the lowest
/// number; nothing where there is none.
std::optional<std::string> first_problem(const Communicator& communicator, std::int64_t number, std::string problem);

}  // namespace spinel
