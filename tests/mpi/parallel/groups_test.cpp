#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "parallel/cartesian_grid.hpp"
#include "parallel/pools.hpp"
#include "parallel/sparse_exchange.hpp"

namespace spinel {
namespace {

class PoolsTest : public testing::Test {
 protected:
  const Communicator world = Communicator::world();
};

class SparseExchangeTest : public testing::Test {
 protected:
  const Communicator world = Communicator::world();
};

TEST_F(PoolsTest, HoldConsecutiveRanks) {
  for (int count = 1; count <= world.size(); ++count) {
    if (world.size() % count != 0) {
      EXPECT_THROW(make_pools(world, count), InputError);
      continue;
    }
    const Pools pools = make_pools(world, count);
    const int pool_size = world.size() / count;
    EXPECT_EQ(pools.count, count);
    EXPECT_EQ(pools.index, world.rank() / pool_size);
    EXPECT_EQ(pools.within.size(), pool_size);
    EXPECT_EQ(pools.within.rank(), world.rank() % pool_size);
    EXPECT_EQ(pools.across.size(), count);
    EXPECT_EQ(pools.across.rank(), pools.index);
    EXPECT_EQ(pools.within.min(world.rank()), pools.index * pool_size);
    EXPECT_EQ(pools.across.min(world.rank()), world.rank() % pool_size);
  }
  EXPECT_THROW(make_pools(world, 0), InputError);
  EXPECT_THROW(make_pools(world, world.size() + 1), InputError);
}

TEST(CartesianGrid, LeastSurface) {
  const std::array<bool, 3> bulk = {true, true, true};
  EXPECT_EQ(grids_by_surface(1, Vec3::Ones(), bulk).front(), (Int3{1, 1, 1}));
  EXPECT_EQ(grids_by_surface(8, Vec3::Ones(), bulk).front(), (Int3{2, 2, 2}));
  EXPECT_EQ(grids_by_surface(64, Vec3::Ones(), bulk).front(), (Int3{4, 4, 4}));
  EXPECT_EQ(grids_by_surface(12, Vec3::Ones(), bulk).front(), (Int3{3, 2, 2}));
  EXPECT_EQ(grids_by_surface(7, Vec3::Ones(), bulk).front(), (Int3{7, 1, 1}));
  // Four times as long along c: cut there first.
  EXPECT_EQ(grids_by_surface(4, face_areas(Vec3(10, 10, 40).asDiagonal()), bulk).front(), (Int3{1, 1, 4}));
  EXPECT_EQ(grids_by_surface(16, face_areas(Vec3(10, 10, 40).asDiagonal()), bulk).front(), (Int3{2, 2, 4}));
  // In a direction that is not periodic the outer faces cost nothing: two bricks share one face instead of two.
  EXPECT_EQ(grids_by_surface(2, Vec3(1, 1, 1.5), {true, true, false}).front(), (Int3{2, 1, 1}));
  EXPECT_EQ(grids_by_surface(2, Vec3(1, 1, 0.9), {true, true, false}).front(), (Int3{1, 1, 2}));
}

TEST(CartesianGrid, ListsEveryFactorisationOnce) {
  const auto grids = grids_by_surface(24, Vec3(1.0, 2.0, 3.0), {true, true, true});
  EXPECT_EQ(grids.size(), 30U);  // (3+2 choose 2) · (1+2 choose 2) for 2³·3
  EXPECT_EQ(std::set<Int3>(grids.begin(), grids.end()).size(), 30U);
  double last = 0.0;
  for (const Int3& grid : grids) {
    EXPECT_EQ(grid[0] * grid[1] * grid[2], 24);
    const double surface = grid[0] + 2.0 * grid[1] + 3.0 * grid[2];
    EXPECT_GE(surface, last);
    last = surface;
  }
}

TEST(CartesianGrid, FaceAreas) {
  Mat3 cell;
  cell << 2.0, 0.0, 0.0, 1.0, 3.0, 0.0, 0.0, 1.0, 4.0;
  const Vec3 area = face_areas(cell);
  EXPECT_DOUBLE_EQ(area[2], 6.0);
  EXPECT_DOUBLE_EQ(area[0], std::sqrt(12.0 * 12.0 + 4.0 * 4.0 + 1.0));
  EXPECT_DOUBLE_EQ(area[1], std::sqrt(8.0 * 8.0 + 2.0 * 2.0));
}

TEST_F(SparseExchangeTest, DeliversInRankOrderWithoutTheReceiverKnowing) {
  // Again and again, so that an exchange that overtakes another would show. Rank r sends to those ranks s ≠ r with
  // (3·r + 5·s + round) mod 3 ≠ 0, as many records as that remainder.
  struct Record {
    std::int32_t from, to, round, number;
  };
  const auto n_for = [](int from, int to, int round) { return (3 * from + 5 * to + round) % 3; };
  std::vector<std::byte> received;
  for (int round = 0; round < 50; ++round) {
    std::vector<Parcel> parcels, expected_senders;
    std::vector<Record> records, expected;
    for (int other = 0; other < world.size(); ++other) {
      if (other == world.rank()) continue;
      const int out = n_for(world.rank(), other, round), in = n_for(other, world.rank(), round);
      if (out > 0) parcels.push_back({other, static_cast<std::size_t>(out)});
      if (in > 0) expected_senders.push_back({other, static_cast<std::size_t>(in)});
      for (int k = 0; k < out; ++k) records.push_back({world.rank(), other, round, k});
      for (int k = 0; k < in; ++k) expected.push_back({other, world.rank(), round, k});
    }
    const auto senders =
        sparse_exchange(world, parcels, reinterpret_cast<const std::byte*>(records.data()), sizeof(Record), received);
    ASSERT_EQ(senders.size(), expected_senders.size());
    for (std::size_t i = 0; i < senders.size(); ++i) {
      EXPECT_EQ(senders[i].rank, expected_senders[i].rank);
      EXPECT_EQ(senders[i].n_records, expected_senders[i].n_records);
    }
    ASSERT_EQ(received.size(), expected.size() * sizeof(Record));
    EXPECT_EQ(expected.empty() ? 0 : std::memcmp(received.data(), expected.data(), received.size()), 0);
  }
}

}  // namespace
}  // namespace spinel
