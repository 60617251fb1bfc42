#pragma once

#include <cstdint>

namespace spinel {

/// A rank's rows of both colors as SpinLattice stores them; pitch 1: narrow. Needs the halo rows of white.
struct ColoredRows {
  const std::uint64_t* black = nullptr;  ///< row 0
  const std::uint64_t* white = nullptr;
  std::int64_t pitch = 1;       ///< words
  std::int64_t half_width = 0;  ///< spins in a half row
  std::int64_t n_rows = 0;
};

struct SpinCounts {
  std::int64_t unlike = 0;  ///< bonds between spins that differ, of the four of every black spin
  std::int64_t black_up = 0, white_up = 0;
};

SpinCounts count_spins(const ColoredRows& rows);

}  // namespace spinel
