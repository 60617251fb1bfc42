#pragma once

#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

/// Bytes of something packed (core/byte_stream.hpp).
using Record = std::vector<char>;

/// Collective. The records of all ranks, in rank order, on every rank.
std::vector<Record> share_records(const Communicator& communicator, const std::vector<Record>& mine);

}  // namespace spinel
