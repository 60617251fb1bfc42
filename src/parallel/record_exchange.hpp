#pragma once

#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

/// Bytes of something packed (core/byte_stream.hpp).
using Record = std::vector<char>;

/// Collective. Record k of rank 0 goes to rank k modulo the number of ranks; returns what this rank got, in order.
std::vector<Record> deal_records(const Communicator& communicator, const std::vector<Record>& records);

/// Collective. The records of all ranks, in rank order, on every rank.
std::vector<Record> share_records(const Communicator& communicator, const std::vector<Record>& mine);

}  // namespace spinel
