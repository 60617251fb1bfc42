#pragma once

#include <algorithm>
#include <cstdint>

namespace spinel {

/// The first of a rank's numbers where 0 … n − 1 are dealt out in blocks, one longer on the first n mod `ranks` ranks.
inline std::int64_t block_begin(std::int64_t n, int rank, int ranks) {
  return n / ranks * rank + std::min<std::int64_t>(n % ranks, rank);
}

}  // namespace spinel
