#include "domain/spatial_order.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace spinel {

std::uint64_t hilbert_index(std::array<std::uint32_t, 3> x, int bits) {
  const std::uint32_t top = 1U << (bits - 1);
  for (std::uint32_t q = top; q > 1; q >>= 1) {
    const std::uint32_t p = q - 1;
    for (std::size_t i = 0; i < 3; ++i) {
      if ((x[i] & q) != 0) {
        x[0] ^= p;
      } else {
        const std::uint32_t t = (x[0] ^ x[i]) & p;
        x[0] ^= t;
        x[i] ^= t;
      }
    }
  }
  x[1] ^= x[0];
  x[2] ^= x[1];
  std::uint32_t t = 0;
  for (std::uint32_t q = top; q > 1; q >>= 1)
    if ((x[2] & q) != 0) t ^= q - 1;
  for (auto& component : x) component ^= t;

  std::uint64_t index = 0;
  for (int bit = bits - 1; bit >= 0; --bit)
    for (const std::uint32_t component : x) index = (index << 1) | ((component >> bit) & 1U);
  return index;
}

void SpatialOrder::rank_cells(const Int3& n_cells) {
  if (n_cells == n_cells_) return;
  n_cells_ = n_cells;
  int bits = 1;
  while ((1 << bits) < *std::max_element(n_cells.begin(), n_cells.end())) ++bits;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> cells;
  std::uint32_t cell = 0;
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(n_cells[0]); ++i)
    for (std::uint32_t j = 0; j < static_cast<std::uint32_t>(n_cells[1]); ++j)
      for (std::uint32_t k = 0; k < static_cast<std::uint32_t>(n_cells[2]); ++k)
        cells.emplace_back(hilbert_index({i, j, k}, bits), cell++);
  std::sort(cells.begin(), cells.end());
  rank_of_cell_.resize(cells.size());
  for (std::size_t rank = 0; rank < cells.size(); ++rank)
    rank_of_cell_[cells[rank].second] = static_cast<std::uint32_t>(rank);
}

const std::vector<std::uint32_t>& SpatialOrder::sort(const std::vector<Vec3>& fractional,
                                                     const std::vector<std::int64_t>& id, const Vec3& height,
                                                     double sort_length) {
  const std::size_t n = fractional.size();
  order_.resize(n);
  if (n == 0) return order_;

  Vec3 low = fractional[0], high = fractional[0];
  for (const Vec3& s : fractional) {
    low = low.cwiseMin(s);
    high = high.cwiseMax(s);
  }
  const Vec3 extent = high - low;
  // An atom far out in a vacuum must not make more cells than there are atoms: halve the longest line of cells.
  Vec3 wanted;
  for (int k = 0; k < 3; ++k) wanted[k] = std::clamp(std::floor(extent[k] * height[k] / sort_length), 1.0, 1048576.0);
  while (wanted.prod() > static_cast<double>(n)) {
    int longest = 0;
    wanted.maxCoeff(&longest);
    if (wanted[longest] <= 1.0) break;
    wanted[longest] = std::max(1.0, std::floor(0.5 * wanted[longest]));
  }
  const Int3 n_cells = {static_cast<int>(wanted[0]), static_cast<int>(wanted[1]), static_cast<int>(wanted[2])};
  rank_cells(n_cells);

  Vec3 scale;
  for (int k = 0; k < 3; ++k) scale[k] = extent[k] > 0.0 ? wanted[k] / extent[k] : 0.0;
  cell_of_atom_.resize(n);
  first_.assign(rank_of_cell_.size() + 1, 0);
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t cell = 0;
    for (int k = 0; k < 3; ++k) {
      const int of_line = n_cells[static_cast<std::size_t>(k)];
      const int place = std::min(static_cast<int>((fractional[i][k] - low[k]) * scale[k]), of_line - 1);
      cell = cell * static_cast<std::size_t>(of_line) + static_cast<std::size_t>(place);
    }
    cell_of_atom_[i] = rank_of_cell_[cell];
    ++first_[cell_of_atom_[i] + 1];
  }
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  for (std::size_t i = 0; i < n; ++i) order_[first_[cell_of_atom_[i]]++] = static_cast<std::uint32_t>(i);
  // first_[c] is now where cell c ends.
  std::uint32_t begin = 0;
  for (std::size_t cell = 0; cell < rank_of_cell_.size(); ++cell) {
    const std::uint32_t end = first_[cell];
    const auto by_id = [&id](std::uint32_t a, std::uint32_t b) { return id[a] < id[b]; };
    if (!std::is_sorted(order_.begin() + begin, order_.begin() + end, by_id))
      std::sort(order_.begin() + begin, order_.begin() + end, by_id);
    begin = end;
  }
  return order_;
}

}  // namespace spinel
