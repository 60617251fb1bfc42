#include "parallel/work_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "parallel/pools.hpp"

namespace spinel {
namespace {

std::vector<std::int64_t> order_of(const Communicator& world, std::int64_t n) {
  std::vector<std::int64_t> order(world.is_root() ? static_cast<std::size_t>(n) : 0);
  std::iota(order.rbegin(), order.rend(), 0);
  return order;
}

// Some work that takes a different time for each item, with the looking up that a force call does.
void work(WorkQueue& queue, std::int64_t item) {
  for (std::int64_t k = 0; k < 20 + item % 13; ++k) queue.poll();
}

// Each test on every number of pools that the ranks can make; the parameter states whether pools ask ahead.
class WorkQueueTest : public testing::TestWithParam<bool> {
 protected:
  template <class Test>
  void for_all_pools(Test&& test) {
    for (int count = 1; count <= world.size(); ++count)
      if (world.size() % count == 0) test(make_pools(world, count));
  }
  const Communicator world = Communicator::world();
  const bool ahead = GetParam();
};

TEST_P(WorkQueueTest, EveryItemOnce) {
  for_all_pools([&](const Pools& pools) {
    for (const std::int64_t n : {0, 1, 2, 57, 1000}) {
      WorkQueue queue(world, pools.within, order_of(world, n), ahead);
      std::vector<std::int64_t> times(static_cast<std::size_t>(n), 0);
      std::int64_t last = n;
      for (;;) {
        const std::int64_t item = queue.next();
        if (item < 0) break;
        EXPECT_LT(item, last) << "a pool must get items in the order given";
        last = item;
        EXPECT_EQ(pools.within.min(item), pools.within.max(item));
        if (pools.within.is_root()) {
          ++times[static_cast<std::size_t>(item)];
        }
        work(queue, item);
      }
      queue.finish();
      world.sum(times.data(), times.size());
      EXPECT_EQ(std::count(times.begin(), times.end(), 1), n);
      EXPECT_EQ(queue.stop_code(), 0.0);
      if (world.is_root()) {
        EXPECT_EQ(queue.done(), n);
      }
    }
  });
}

TEST_P(WorkQueueTest, AStopOfOnePoolStopsAll) {
  for_all_pools([&](const Pools& pools) {
    for (const int who : {0, pools.count - 1}) {
      const std::int64_t n = 100000;
      WorkQueue queue(world, pools.within, order_of(world, n), ahead);
      std::int64_t made = 0;
      for (;;) {
        const std::int64_t item = queue.next();
        if (item < 0) break;
        work(queue, item);
        if (pools.index == who && ++made == 3) queue.stop(18.0);
      }
      queue.finish();
      if (pools.within.is_root()) {
        EXPECT_EQ(queue.stop_code(), 18.0);
      }
      if (pools.index == who) {
        EXPECT_EQ(made, 3);
      }
    }
  });
}

TEST_P(WorkQueueTest, PoolsThatAllStopAtOnce) {
  for_all_pools([&](const Pools& pools) {
    WorkQueue queue(world, pools.within, order_of(world, 1000), ahead);
    const std::int64_t item = queue.next();
    if (item >= 0) queue.stop(3.0 + pools.index);
    EXPECT_LT(queue.next(), 0);
    queue.finish();
  });
}

INSTANTIATE_TEST_SUITE_P(Queue, WorkQueueTest, testing::Bool(),
                         [](const auto& test) { return test.param ? "Ahead" : "OnDemand"; });

}  // namespace
}  // namespace spinel
