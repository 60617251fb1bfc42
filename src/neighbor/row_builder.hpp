#pragma once

#include <cstdint>

#include "neighbor/cell_grid.hpp"

namespace spinel {

/// What the vectorized part of NeighborList::build works on.
struct RowBuilder {
  const CellGrid* grid;
  const Vec3* position;             ///< [atom] Å
  const float* sorted[3];           ///< [place in cell order] coordinates from grid->low, padded
  const std::uint32_t* order;       ///< [place in cell order] atom, padded
  const std::uint32_t* cell_start;  ///< [cell + 1]
  double range;                     ///< Å, with the margin for single precision
  double exact_range;               ///< Å, without; pairs within the margin of it are looked at in double precision
  std::size_t n_rows;
  std::uint64_t* first;  ///< [row + 1], first[0] = 0; written as rows are finished
  std::uint32_t* index;
  std::size_t capacity;  ///< of index
};

/// Fills rows from `begin` on; returns the first row that did not fit into `capacity`, or n_rows.
std::size_t build_rows(const RowBuilder& builder, std::size_t begin);

}  // namespace spinel
