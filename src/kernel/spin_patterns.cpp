#include "kernel/spin_patterns.hpp"

#include <algorithm>
#include <vector>

namespace spinel {

namespace {

std::int64_t wrapped(std::int64_t x, std::int64_t edge) { return ((x % edge) + edge) % edge; }

/// [y][x] 0 or 1, with one row and column of periodic images all around.
void unpack(const std::uint8_t* bits, std::int64_t lx, std::int64_t ly, const LatticeSymmetry& symmetry,
            std::vector<std::uint8_t>& spins) {
  const std::int64_t row_bytes = (lx + 7) / 8, width = lx + 2;
  spins.resize(static_cast<std::size_t>(width * (ly + 2)));
  const std::uint8_t flip = symmetry.flip_spins ? 1 : 0;
  // Where column x of the source goes along its own axis.
  std::vector<std::int64_t> step(static_cast<std::size_t>(lx));
  for (std::int64_t x = 0; x < lx; ++x) {
    const bool backwards = symmetry.transpose ? symmetry.flip_y : symmetry.flip_x;
    const std::int64_t to = wrapped((backwards ? -x : x) + (symmetry.transpose ? symmetry.dy : symmetry.dx), lx) + 1;
    step[static_cast<std::size_t>(x)] = symmetry.transpose ? to * width : to;
  }
  for (std::int64_t y = 0; y < ly; ++y) {
    const bool backwards = symmetry.transpose ? symmetry.flip_x : symmetry.flip_y;
    const std::int64_t to = wrapped((backwards ? -y : y) + (symmetry.transpose ? symmetry.dx : symmetry.dy), ly) + 1;
    std::uint8_t* row = spins.data() + (symmetry.transpose ? to : to * width);
    const std::uint8_t* from = bits + y * row_bytes;
    for (std::int64_t x = 0; x < lx; ++x)
      row[step[static_cast<std::size_t>(x)]] = static_cast<std::uint8_t>(((from[x >> 3] >> (x & 7)) & 1) ^ flip);
  }
  for (std::int64_t y = 1; y <= ly; ++y) {
    std::uint8_t* row = spins.data() + y * width;
    row[0] = row[lx];
    row[lx + 1] = row[1];
  }
  std::copy_n(spins.data() + ly * width, width, spins.data());
  std::copy_n(spins.data() + width, width, spins.data() + (ly + 1) * width);
}

}  // namespace

void spin_patterns(const std::uint8_t* bits, std::int64_t lx, std::int64_t ly, const LatticeSymmetry& symmetry,
                   std::int16_t* patterns) {
  thread_local std::vector<std::uint8_t> spins, columns;
  unpack(bits, lx, ly, symmetry, spins);
  const std::int64_t width = lx + 2;
  columns.resize(static_cast<std::size_t>(width));
  for (std::int64_t y = 0; y < ly; ++y) {
    const std::uint8_t* row = spins.data() + y * width;
    for (std::int64_t x = 0; x < width; ++x)
      columns[static_cast<std::size_t>(x)] =
          static_cast<std::uint8_t>(row[x] | (row[x + width] << 1) | (row[x + 2 * width] << 2));
    const std::uint8_t* c = columns.data();
    for (std::int64_t x = 0; x < lx; ++x)
      patterns[y * lx + x] = static_cast<std::int16_t>(c[x] | (c[x + 1] << 3) | (c[x + 2] << 6));
  }
}

void block_spins(const std::uint8_t* bits, std::int64_t lx, std::int64_t ly, const LatticeSymmetry& symmetry,
                 std::int64_t blocks, float* to) {
  thread_local std::vector<std::uint8_t> spins;
  unpack(bits, lx, ly, symmetry, spins);
  const std::int64_t width = lx + 2, px = lx / blocks, py = ly / blocks;
  const float scale = 2.0F / static_cast<float>(px * py);
  for (std::int64_t by = 0; by < blocks; ++by)
    for (std::int64_t bx = 0; bx < blocks; ++bx) {
      std::int32_t up = 0;
      const std::uint8_t* corner = spins.data() + (by * py + 1) * width + bx * px + 1;
      for (std::int64_t y = 0; y < py; ++y)
        for (std::int64_t x = 0; x < px; ++x) up += corner[y * width + x];
      *to++ = scale * static_cast<float>(up) - 1.0F;
    }
}

void pool_patterns(const std::int16_t* patterns, std::int64_t lx, std::int64_t ly, std::int64_t px, std::int64_t py,
                   const float* table, std::int64_t n_channels, float* to) {
  const std::int64_t nx = lx / px, ny = ly / py;
  const float share = 1.0F / static_cast<float>(px * py);
  std::fill_n(to, nx * ny * n_channels, 0.0F);
  for (std::int64_t y = 0; y < ny * py; ++y) {
    const std::int16_t* row = patterns + y * lx;
    float* block = to + y / py * nx * n_channels;
    for (std::int64_t x = 0; x < nx; ++x, block += n_channels)
      for (std::int64_t k = 0; k < px; ++k) {
        const float* entry = table + row[x * px + k] * n_channels;
        for (std::int64_t c = 0; c < n_channels; ++c) block[c] += entry[c];
      }
  }
  for (std::int64_t k = 0; k < nx * ny * n_channels; ++k) to[k] *= share;
}

void add_pattern_slopes(const std::int16_t* patterns, std::int64_t lx, std::int64_t ly, std::int64_t px,
                        std::int64_t py, const float* from, std::int64_t n_channels, float* slope) {
  const std::int64_t nx = lx / px, ny = ly / py;
  const float share = 1.0F / static_cast<float>(px * py);
  for (std::int64_t y = 0; y < ny * py; ++y) {
    const std::int16_t* row = patterns + y * lx;
    const float* block = from + y / py * nx * n_channels;
    for (std::int64_t x = 0; x < nx; ++x, block += n_channels)
      for (std::int64_t k = 0; k < px; ++k) {
        float* entry = slope + row[x * px + k] * n_channels;
        for (std::int64_t c = 0; c < n_channels; ++c) entry[c] += share * block[c];
      }
  }
}

PoolingPlan pooling_plan(std::int64_t edge) {
  const auto nearest_divisor = [](std::int64_t n, std::int64_t low, std::int64_t high, auto&& distance) {
    std::int64_t best = 0;
    for (std::int64_t d = low; d <= high; ++d)
      if (n % d == 0 && (best == 0 || distance(d) < distance(best))) best = d;
    return best;
  };
  std::int64_t blocks = nearest_divisor(edge, 3, 8, [](std::int64_t d) { return d < 4 ? 4 - d : d - 4; });
  if (blocks == 0) blocks = edge % 2 == 0 ? 2 : 1;
  const std::int64_t left = edge / blocks;
  // The first pooling is the larger one: the layer behind it is the dearest.
  std::int64_t second = 1;
  for (std::int64_t d = 1; d * d <= left; ++d)
    if (left % d == 0) second = d;
  return {left / second, second, blocks};
}

}  // namespace spinel
