#pragma once

#include <cstdint>
#include <vector>

#include "core/vec3.hpp"

namespace spinel {

/// Place of cell (x, y, z), each in [0, 2^bits), along the Hilbert curve through the 2^bits cube: consecutive cells of
/// the curve share a face. J. Skilling, AIP Conf. Proc. 707, 381 (2004). 1 ≤ bits ≤ 20.
std::uint64_t hilbert_index(std::array<std::uint32_t, 3> cell, int bits);

/// Puts atoms into an order that keeps neighbors in space near each other in memory: along a Hilbert curve of cells
/// about `sort_length` wide, by id within a cell. O(n) but for sorting the cells, of which there are at most n.
class SpatialOrder {
 public:
  /// The index of the atom that comes first, second, … `fractional`: [atom], any finite values; `height` (Å): of the
  /// cell across a, b, c. Positions and ids alone determine the result.
  const std::vector<std::uint32_t>& sort(const std::vector<Vec3>& fractional, const std::vector<std::int64_t>& id,
                                         const Vec3& height, double sort_length);
  std::size_t memory_bytes() const {
    return sizeof(std::uint32_t) *
           (rank_of_cell_.capacity() + cell_of_atom_.capacity() + first_.capacity() + order_.capacity());
  }

 private:
  void rank_cells(const Int3& n_cells);

  Int3 n_cells_{0, 0, 0};
  std::vector<std::uint32_t> rank_of_cell_;  // place of each cell along the curve
  std::vector<std::uint32_t> cell_of_atom_, first_, order_;
};

}  // namespace spinel
