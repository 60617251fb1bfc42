#include "parallel/communicator.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace spinel {
namespace {

class CommunicatorTest : public testing::Test {
 protected:
  const Communicator world = Communicator::world();
};

TEST_F(CommunicatorTest, ReducesEveryType) {
  const int n = world.size(), r = world.rank();
  EXPECT_EQ(world.sum(r + 1), n * (n + 1) / 2);
  EXPECT_EQ(world.sum(0.5 * r), 0.25 * n * (n - 1));
  EXPECT_EQ(world.max(static_cast<float>(r)), static_cast<float>(n - 1));
  EXPECT_EQ(world.min(std::int64_t{-1000000000000} - r), -999999999999 - n);
  EXPECT_EQ(world.max(std::uint64_t{1} << (40 + r)), std::uint64_t{1} << (39 + n));
  std::vector<double> values = {1.0 * r, -2.0 * r, 7.0};
  world.sum(values.data(), values.size());
  EXPECT_EQ(values, (std::vector<double>{0.5 * n * (n - 1), -1.0 * n * (n - 1), 7.0 * n}));
  std::vector<int> extremes = {r, -r};
  world.min(extremes.data(), 2);
  EXPECT_EQ(extremes, (std::vector<int>{0, 1 - n}));
  world.sum(static_cast<double*>(nullptr), 0);
}

TEST_F(CommunicatorTest, ScansBelow) {
  const std::int64_t r = world.rank();
  EXPECT_EQ(world.exclusive_scan(r + 5), r * (r - 1) / 2 + 5 * r);
}

TEST_F(CommunicatorTest, BroadcastsTextAndVectorsFromAnyRoot) {
  for (int root = 0; root < world.size(); ++root) {
    std::string text = world.rank() == root ? "from " + std::to_string(root) : std::string(world.rank() * 7, '?');
    world.broadcast(text, root);
    EXPECT_EQ(text, "from " + std::to_string(root));
    std::vector<float> values(world.rank() == root ? static_cast<std::size_t>(root) * 3 : 11, 0.5F);
    world.broadcast(values, root);
    EXPECT_EQ(values, std::vector<float>(static_cast<std::size_t>(root) * 3, 0.5F));
  }
}

TEST_F(CommunicatorTest, GathersBlocksOfDifferentLengthInRankOrder) {
  const auto all = world.all_gather(std::int64_t{3} * world.rank());
  for (int r = 0; r < world.size(); ++r) EXPECT_EQ(all[static_cast<std::size_t>(r)], 3 * r);
  for (int root = 0; root < world.size(); ++root) {
    // Rank r brings r values, rank 0 none.
    const std::vector<std::int32_t> mine(static_cast<std::size_t>(world.rank()), world.rank());
    const auto joined = world.gather(mine, root);
    std::vector<std::int32_t> expected;
    if (world.rank() == root)
      for (int r = 0; r < world.size(); ++r) expected.insert(expected.end(), static_cast<std::size_t>(r), r);
    EXPECT_EQ(joined, expected);
  }
}

TEST_F(CommunicatorTest, SendsEveryRankItsPart) {
  // Rank r sends (r + s) mod 3 values 100·r + s to rank s.
  std::vector<double> values;
  std::vector<std::int64_t> counts, received;
  for (int s = 0; s < world.size(); ++s) {
    counts.push_back((world.rank() + s) % 3);
    values.insert(values.end(), static_cast<std::size_t>(counts.back()), 100.0 * world.rank() + s);
  }
  const auto arrived = world.all_to_all(values, counts, &received);
  std::vector<double> expected;
  for (int r = 0; r < world.size(); ++r) {
    EXPECT_EQ(received[static_cast<std::size_t>(r)], (world.rank() + r) % 3);
    expected.insert(expected.end(), static_cast<std::size_t>((world.rank() + r) % 3), 100.0 * r + world.rank());
  }
  EXPECT_EQ(arrived, expected);
  EXPECT_THROW(
      world.all_to_all(std::vector<double>(3), std::vector<std::int64_t>(static_cast<std::size_t>(world.size()), 0)),
      Error);
}

TEST_F(CommunicatorTest, SplitsIntoGroupsThatOutliveCopies) {
  Communicator part = Communicator::self();
  {
    const Communicator first = world.split(world.rank() % 2);
    part = first;
  }
  EXPECT_EQ(part.size(), (world.size() + 1 - world.rank() % 2) / 2);
  EXPECT_EQ(part.rank(), world.rank() / 2);
  EXPECT_EQ(part.max(world.rank() % 2), world.rank() % 2);
  EXPECT_EQ(Communicator::self().size(), 1);
}

TEST_F(CommunicatorTest, OneRanksErrorIsEveryRanks) {
  world.fail_together("");
  for (int guilty = 0; guilty < world.size(); ++guilty) {
    try {
      world.fail_together(world.rank() >= guilty ? "trouble on " + std::to_string(world.rank()) : "");
      ADD_FAILURE() << "no error on rank " << world.rank();
    } catch (const Error& error) {
      const std::string where = world.size() == 1 ? "" : "rank " + std::to_string(guilty) + ": ";
      EXPECT_EQ(error.what(), where + "trouble on " + std::to_string(guilty));
    }
  }
}

TEST_F(CommunicatorTest, RefusesCountsBeyondMpi) {
  EXPECT_EQ(Communicator::checked_count(2147483647), 2147483647);
  EXPECT_THROW(Communicator::checked_count(std::size_t{1} << 31), Error);
}

TEST_F(CommunicatorTest, RanksOfOneMachineShareItsNode) {
  // Tests run on one machine.
  EXPECT_EQ(world.rank_on_node(), world.rank());
  EXPECT_EQ(world.split(world.rank()).rank_on_node(), 0);
}

}  // namespace
}  // namespace spinel
