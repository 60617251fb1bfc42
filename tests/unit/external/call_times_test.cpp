#include "external/call_times.hpp"

#include <gtest/gtest.h>

using namespace spinel;

TEST(CallTimes, HalfAgainTheMedianOfTheLastHundred) {
  CallTimes times;
  EXPECT_EQ(times.expected(), 0.0);
  times.add(2.0);
  EXPECT_EQ(times.expected(), 3.0);
  // One long call, such as the first, does not count for much.
  times.add(100.0);
  times.add(4.0);
  EXPECT_EQ(times.expected(), 6.0);
  for (int k = 0; k < 101; ++k) times.add(10.0);
  EXPECT_EQ(times.expected(), 15.0);
}
