#include "ising/spin_lattice.hpp"

#include <gtest/gtest.h>

#include <random>

#include "core/error.hpp"

namespace spinel {
namespace {

using Grid = std::vector<std::vector<std::uint8_t>>;

Grid random_grid(std::int64_t lx, std::int64_t ly, unsigned seed) {
  std::mt19937 engine(seed);
  Grid grid(static_cast<std::size_t>(ly), std::vector<std::uint8_t>(static_cast<std::size_t>(lx)));
  for (auto& row : grid)
    for (auto& spin : row) spin = engine() & 1;
  return grid;
}

LatticeSums plain_sums(const Grid& grid) {
  LatticeSums sums;
  const std::size_t ly = grid.size(), lx = grid[0].size();
  for (std::size_t y = 0; y < ly; ++y)
    for (std::size_t x = 0; x < lx; ++x) {
      const int s = 2 * grid[y][x] - 1;
      sums.bonds += s * (2 * grid[y][(x + 1) % lx] - 1) + s * (2 * grid[(y + 1) % ly][x] - 1);
      sums.spins += s;
      sums.staggered += (x + y) % 2 == 0 ? s : -s;
    }
  return sums;
}

/// This rank's rows of a grid that every rank knows.
void put(SpinLattice& lattice, const Grid& grid) {
  for (std::int64_t r = 0; r < lattice.n_rows(); ++r) lattice.pack_row(r, grid[lattice.first_row() + r].data());
}

struct Size {
  std::int64_t lx, ly;
};
class SpinLatticeSizes : public testing::TestWithParam<Size> {};

TEST_P(SpinLatticeSizes, RowsComeBackAsBytesAndAsBits) {
  const auto [lx, ly] = GetParam();
  SpinLattice lattice(Communicator::world(), lx, ly);
  const Grid grid = random_grid(lx, ly, 1);
  put(lattice, grid);
  std::vector<std::uint8_t> row(lx);
  std::vector<std::uint64_t> bits((lx + 63) / 64);
  SpinLattice copy(Communicator::world(), lx, ly);
  for (std::int64_t r = 0; r < lattice.n_rows(); ++r) {
    const auto& expected = grid[lattice.first_row() + r];
    lattice.unpack_row(r, row.data());
    EXPECT_EQ(row, expected) << "row " << r;
    lattice.get_row_bits(r, bits.data());
    for (std::int64_t x = 0; x < 64 * static_cast<std::int64_t>(bits.size()); ++x)
      ASSERT_EQ(bits[x / 64] >> (x % 64) & 1, x < lx ? expected[x] : 0) << x << ", " << r;
    if (lx % 64 != 0) bits.back() |= ~std::uint64_t{0} << (lx % 64);  // unused bits of a row are ignored
    copy.set_row_bits(r, bits.data());
  }
  for (std::int64_t r = 0; r < copy.n_rows(); ++r) {
    copy.unpack_row(r, row.data());
    EXPECT_EQ(row, grid[copy.first_row() + r]) << "row " << r;
  }
}

TEST_P(SpinLatticeSizes, HaloRowsArePeriodic) {
  const auto [lx, ly] = GetParam();
  SpinLattice lattice(Communicator::world(), lx, ly);
  const Grid grid = random_grid(lx, ly, 2);
  put(lattice, grid);
  lattice.exchange_halo();
  std::vector<std::uint8_t> row(lx);
  if (lattice.n_rows() == 0) return;
  lattice.unpack_row(-1, row.data());
  EXPECT_EQ(row, grid[(lattice.first_row() + ly - 1) % ly]);
  lattice.unpack_row(lattice.n_rows(), row.data());
  EXPECT_EQ(row, grid[(lattice.first_row() + lattice.n_rows()) % ly]);
}

TEST_P(SpinLatticeSizes, SumsEqualThoseOfAPlainLoop) {
  const auto [lx, ly] = GetParam();
  SpinLattice lattice(Communicator::world(), lx, ly);
  for (unsigned seed = 0; seed < 3; ++seed) {
    const Grid grid = random_grid(lx, ly, 3 + seed);
    put(lattice, grid);
    const LatticeSums sums = lattice.sums(), expected = plain_sums(grid);
    EXPECT_EQ(sums.bonds, expected.bonds);
    EXPECT_EQ(sums.spins, expected.spins);
    EXPECT_EQ(sums.staggered, expected.staggered);
  }
}

TEST_P(SpinLatticeSizes, ColdStartsAreGroundStates) {
  const auto [lx, ly] = GetParam();
  SpinLattice lattice(Communicator::world(), lx, ly);
  lattice.fill_cold(1.0);
  LatticeSums sums = lattice.sums();
  EXPECT_EQ(sums.bonds, 2 * lx * ly);
  EXPECT_EQ(sums.spins, lx * ly);
  EXPECT_EQ(sums.staggered, 0);
  lattice.fill_cold(-1.0);
  sums = lattice.sums();
  EXPECT_EQ(sums.bonds, -2 * lx * ly);
  EXPECT_EQ(sums.spins, 0);
  EXPECT_EQ(sums.staggered, lx * ly);
}

INSTANTIATE_TEST_SUITE_P(Rows, SpinLatticeSizes,
                         testing::Values(Size{4, 4}, Size{6, 4}, Size{62, 6}, Size{64, 4}, Size{66, 8}, Size{126, 4},
                                         Size{128, 10}, Size{130, 6}, Size{254, 4}, Size{256, 4}, Size{1022, 6},
                                         Size{1024, 4}, Size{1026, 6}, Size{896, 4}, Size{898, 4}),
                         [](const auto& size) {
                           return std::to_string(size.param.lx) + "x" + std::to_string(size.param.ly);
                         });

TEST(SpinLattice, RowsAreSharedOutInPairs) {
  for (const std::int64_t ly : {4, 6, 10, 64}) {
    const SpinLattice lattice(Communicator::world(), 8, ly);
    EXPECT_EQ(lattice.first_row() % 2, 0);
    EXPECT_EQ(lattice.n_rows() % 2, 0);
    EXPECT_EQ(Communicator::world().exclusive_scan(lattice.n_rows()), lattice.first_row());
    EXPECT_EQ(Communicator::world().sum(lattice.n_rows()), ly);
    EXPECT_LE(Communicator::world().max(lattice.n_rows()) - Communicator::world().min(lattice.n_rows()), 2);
  }
}

TEST(SpinLattice, HotStartIsRandomAndKeyedAndTheSameOnAnyRanks) {
  SpinLattice a(Communicator::world(), 1000, 1000), b(Communicator::self(), 1000, 1000);
  a.fill_hot({1, 2, 3});
  const LatticeSums sums = a.sums();
  // Standard deviations 1000 (spins, staggered) and 1414 (bonds).
  EXPECT_LT(std::abs(sums.spins), 4500);
  EXPECT_LT(std::abs(sums.staggered), 4500);
  EXPECT_LT(std::abs(sums.bonds), 6300);
  b.fill_hot({1, 2, 3});
  std::vector<std::uint64_t> row_a(16), row_b(16);
  for (std::int64_t r = 0; r < a.n_rows(); ++r) {
    a.get_row_bits(r, row_a.data());
    b.get_row_bits(a.first_row() + r, row_b.data());
    ASSERT_EQ(row_a, row_b);
  }
  for (const ChainKey key : {ChainKey{2, 2, 3}, ChainKey{1, 3, 3}, ChainKey{1, 2, 4}}) {
    a.fill_hot(key);
    a.get_row_bits(0, row_a.data());
    b.get_row_bits(a.first_row(), row_b.data());
    EXPECT_NE(row_a, row_b);
  }
}

TEST(SpinLattice, RefusesOddAndTinySizes) {
  for (const Size size : {Size{5, 4}, Size{4, 7}, Size{2, 8}, Size{8, 2}, Size{0, 4}, Size{-4, 4}})
    EXPECT_THROW(SpinLattice(Communicator::world(), size.lx, size.ly), InputError);
}

}  // namespace
}  // namespace spinel
