#include "neighbor/neighbor_list.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "neighbor/row_builder.hpp"

namespace spinel {

namespace {

/// Puts the atoms in cell order by counting: order[place] = atom, cell_start[cell] = first place.
void sort_into_cells(const CellGrid& grid, const std::vector<Vec3>& position, std::size_t n,
                     std::vector<std::uint32_t>& cell_of, std::vector<std::uint32_t>& cell_start,
                     std::vector<std::uint32_t>& order) {
  cell_of.resize(n);
  cell_start.assign(grid.size() + 1, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const Vec3& x = position[i];
    const auto cell =
        static_cast<std::uint32_t>(grid.cell(grid.place(x[0], 0), grid.place(x[1], 1), grid.place(x[2], 2)));
    cell_of[i] = cell;
    ++cell_start[cell + 1];
  }
  for (std::size_t cell = 1; cell < cell_start.size(); ++cell) cell_start[cell] += cell_start[cell - 1];
  order.resize(n + NeighborList::padding);
  for (std::size_t i = 0; i < n; ++i) order[cell_start[cell_of[i]]++] = static_cast<std::uint32_t>(i);
  for (std::size_t cell = cell_start.size() - 1; cell > 0; --cell) cell_start[cell] = cell_start[cell - 1];
  cell_start[0] = 0;
}

}  // namespace

void NeighborList::reserve(std::size_t capacity) {
  void* grown = std::realloc(index_.get(), capacity * sizeof(std::uint32_t));
  if (grown == nullptr) fail("no memory for a neighbor list of {} entries", capacity);
  (void)index_.release();
  index_.reset(static_cast<std::uint32_t*>(grown));
  capacity_ = capacity;
}

void NeighborList::build(const LocalAtoms& atoms, double range) {
  range_ = range;
  const std::size_t n_rows = atoms.n_owned, n_all = atoms.n_all();
  first_.assign(n_rows + 1, 0);
  if (n_rows == 0) return;
  if (n_all + padding > UINT32_MAX)
    fail("{} atoms and ghosts on one rank are more than a neighbor list can index", n_all);

  // Wide columns keep the runs of candidates long enough to fill vectors; thin slices trim their ends to the sphere.
  const CellGrid grid(atoms.position, n_all, Vec3(range, range, 0.125 * range));
  sort_into_cells(grid, atoms.position, n_all, cell_of_, cell_start_, order_);
  for (int k = 0; k < 3; ++k) {
    sorted_[k].resize(n_all + padding);
    for (std::size_t place = 0; place < n_all; ++place)
      sorted_[k][place] = static_cast<float>(atoms.position[order_[place]][k] - grid.low[k]);
  }

  RowBuilder builder;
  builder.grid = &grid;
  builder.position = atoms.position.data();
  for (int k = 0; k < 3; ++k) builder.sorted[k] = sorted_[k].data();
  builder.order = order_.data();
  builder.cell_start = cell_start_.data();
  builder.range = range * (1.0 + 1e-6) + 4e-7 * (grid.high - grid.low).maxCoeff();
  builder.exact_range = range;
  builder.n_rows = n_rows;
  builder.first = first_.data();

  std::size_t row = 0;
  if (capacity_ == 0) reserve(1 << 16);
  while (true) {
    builder.index = index_.get();
    builder.capacity = capacity_ - padding;
    const std::size_t reached = build_rows(builder, row);
    if (reached == n_rows) break;
    // Extrapolate from the rows done; at least half as much again, so that few rounds are needed.
    const double per_row = reached > 0 ? static_cast<double>(first_[reached]) / static_cast<double>(reached) : 128.0;
    const auto estimate = static_cast<std::size_t>(1.03 * per_row * static_cast<double>(n_rows)) + n_all + 4096;
    reserve(reached > row && reached > 64 ? std::max(estimate, capacity_ + capacity_ / 16)
                                          : capacity_ + capacity_ / 2 + n_all);
    row = reached;
  }
  std::fill_n(index_.get() + first_.back(), padding, 0U);
}

std::size_t NeighborList::memory_bytes() const {
  std::size_t bytes = capacity_ * sizeof(std::uint32_t) + first_.capacity() * sizeof(std::uint64_t);
  for (const auto& axis : sorted_) bytes += axis.capacity() * sizeof(float);
  return bytes + (order_.capacity() + cell_of_.capacity() + cell_start_.capacity()) * sizeof(std::uint32_t);
}

}  // namespace spinel
