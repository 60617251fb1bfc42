#include "parallel/node_shared.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace spinel {
namespace {

// One node as it is, and nodes of one and of two ranks.
TEST(NodeShared, EveryRankSeesWhatAllRanksWrote) {
  const auto world = Communicator::world();
  for (const int ranks_per_node : {0, 1, 2}) {
    const NodeGroup group(world, ranks_per_node);
    if (ranks_per_node > 0) {
      EXPECT_EQ(group.n_nodes(), (world.size() + ranks_per_node - 1) / ranks_per_node);
    }
    // Rank r writes r + 1 numbers; the last rank writes none.
    const auto own = static_cast<std::size_t>(world.rank() + 1 == world.size() ? 0 : world.rank() + 1);
    const auto first = static_cast<std::size_t>(world.exclusive_scan(static_cast<std::int64_t>(own)));
    const auto n = static_cast<std::size_t>(world.sum(static_cast<std::int64_t>(own)));
    NodeShared<double> values(group, n);
    EXPECT_EQ(values.size(), n);
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(values[i], 0.0);
    values.fence();
    for (std::size_t i = first; i < first + own; ++i) values[i] = 1.5 + static_cast<double>(i);
    values.exchange(group, first, own);
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(values[i], 1.5 + static_cast<double>(i));
  }
}

TEST(NodeShared, MovesAndBytes) {
  const auto world = Communicator::world();
  const NodeGroup group(world);
  NodeShared<char> bytes(group, 5);
  if (group.node().is_root()) bytes[4] = 'x';
  bytes.fence();
  NodeShared<char> moved = std::move(bytes);
  EXPECT_EQ(moved[4], 'x');
  EXPECT_EQ(moved[0], '\0');
  NodeShared<char> none;
  EXPECT_EQ(none.size(), 0u);
  none = std::move(moved);
  EXPECT_EQ(none[4], 'x');
  none.fence();
}

}  // namespace
}  // namespace spinel
