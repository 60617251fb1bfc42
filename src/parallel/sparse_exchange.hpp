#pragma once

#include <cstddef>
#include <vector>

#include "parallel/communicator.hpp"

namespace spinel {

/// Fixed-size records for one rank.
struct Parcel {
  int rank;
  std::size_t n_records;
};

/// Collective. Each rank sends parcels of records to a few others that do not know of it; the usual case of ghosts and
/// migrating atoms. `data` holds the records (of `record_bytes` bytes) of all parcels one after another; parcels
/// without records and to this rank itself are not allowed. `received` is overwritten with the records that arrived, in
/// rank order whatever the order of arrival; returns who sent how many. Cost: one reduce-scatter of one int per rank
/// (who is sent to), then one message per parcel.
std::vector<Parcel> sparse_exchange(const Communicator& communicator, const std::vector<Parcel>& parcels,
                                    const std::byte* data, std::size_t record_bytes, std::vector<std::byte>& received);

}  // namespace spinel
