#pragma once

#include <cstdint>

namespace spinel {

/// A symmetry of the periodic square lattice and of the Ising model on it: first the point operation, then the
/// translation, (x, y) → op(x, y) + (dx, dy).
struct LatticeSymmetry {
  std::int64_t dx = 0, dy = 0;  ///< any integers
  bool flip_x = false, flip_y = false;
  bool transpose = false;  ///< x ↔ y, before the flips; square lattices only
  bool flip_spins = false;
};

/// The nine spins about every site as one number of 0 … 511: bit 3(dx + 1) + (dy + 1) is 1 where the spin at
/// (x + dx, y + dy) is up; periodic. A 3 × 3 convolution of spins ±1 with anything pointwise behind it is a table of
/// 512 rows.
constexpr std::int64_t n_spin_patterns = 512;

/// `bits`: one configuration, [y][row_bytes], bit x mod 8 of byte x/8, 1 is up; what `symmetry` makes of it goes into
/// patterns [y][x].
void spin_patterns(const std::uint8_t* bits, std::int64_t lx, std::int64_t ly, const LatticeSymmetry& symmetry,
                   std::int16_t* patterns);

/// Averages of the spins ±1 over blocks × blocks equal blocks, [block y][block x], of what `symmetry` makes of the
/// configuration. `blocks` divides both edges.
void block_spins(const std::uint8_t* bits, std::int64_t lx, std::int64_t ly, const LatticeSymmetry& symmetry,
                 std::int64_t blocks, float* to);

/// Averages of rows of a table over blocks of px × py sites, which tile the lattice:
/// to[block y][block x][c] = Σ_(x, y in the block) table[pattern(x, y)][c] / (px·py).
void pool_patterns(const std::int16_t* patterns, std::int64_t lx, std::int64_t ly, std::int64_t px, std::int64_t py,
                   const float* table, std::int64_t n_channels, float* to);
/// Its transpose: slope[pattern(x, y)][c] += from[block of (x, y)][c] / (px·py).
void add_pattern_slopes(const std::int16_t* patterns, std::int64_t lx, std::int64_t ly, std::int64_t px,
                        std::int64_t py, const float* from, std::int64_t n_channels, float* slope);

/// How a lattice of `edge` sites is reduced to a few blocks by two poolings: edge = first · second · blocks. There are
/// four blocks where 4 divides the edge, else the divisor from 3 on that is nearest to 4, or 2 or 1 where there is none
/// below 9.
struct PoolingPlan {
  std::int64_t first, second, blocks;
};
PoolingPlan pooling_plan(std::int64_t edge);

}  // namespace spinel
