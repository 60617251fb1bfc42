#include "parallel/on_root.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace spinel {
namespace {

TEST(OnRoot, RunsOnRankZeroAlone) {
  const auto world = Communicator::world();
  int runs = 0;
  on_root(world, [&] { ++runs; });
  EXPECT_EQ(runs, world.is_root() ? 1 : 0);
}

TEST(OnRoot, EveryRankLearnsWhatRankZeroSays) {
  const auto world = Communicator::world();
  EXPECT_TRUE(root_says(world, [&] { return world.is_root(); }));
  EXPECT_FALSE(root_says(world, [&] { return !world.is_root(); }));
}

TEST(OnRoot, EveryRankThrowsWhatRankZeroThrew) {
  const auto world = Communicator::world();
  const auto message = [&](auto throwing, auto expected) {
    try {
      on_root(world, throwing);
    } catch (const decltype(expected)& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_EQ(message([] { fail_input("wrong {}", 1); }, InputError("")), "wrong 1");
  EXPECT_EQ(message([] { fail("broken {}", 2); }, CollectiveError("")), "broken 2");
  EXPECT_EQ(message([] { throw std::runtime_error("other"); }, CollectiveError("")), "other");
}

}  // namespace
}  // namespace spinel
