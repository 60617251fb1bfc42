#include "parallel/on_root.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "core/error.hpp"
#include "core/stop_signal.hpp"
#include "parallel/broadcast_texts.hpp"

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

TEST(OnRootAsleep, RankZeroHearsOfASignalToAnyRank) {
  const auto world = Communicator::world();
  for (int rank = 0; rank < world.size(); ++rank) {
    const StopSignal handlers;
    world.barrier();
    if (world.rank() == rank) std::raise(SIGUSR1);
    std::string by = "nothing";
    try {
      on_root_asleep(world, [](const std::function<int()>& signal) {
        while (signal() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        throw Interrupted(StopSignal::name(signal()));
      });
    } catch (const Interrupted& interruption) {
      by = interruption.what();
    }
    EXPECT_EQ(by, "SIGUSR1");
  }
  const StopSignal none_from_now_on;
  int runs = 0;
  on_root_asleep(world, [&](const std::function<int()>& signal) { runs = signal() == 0 ? 1 : 2; });
  EXPECT_EQ(runs, world.is_root() ? 1 : 0);
}

TEST(BroadcastTexts, OfAnyLengthWithAnyBytes) {
  const auto world = Communicator::world();
  const std::vector<std::string> expected = {"a", "", std::string("b\0c", 3)};
  std::vector<std::string> texts = {"left", "over"};
  if (world.is_root()) texts = expected;
  broadcast_texts(world, texts);
  EXPECT_EQ(texts, expected);
}

TEST(OnAllRanks, EveryRankThrowsWhatTheLowestThrew) {
  const auto world = Communicator::world();
  int runs = 0;
  on_all_ranks(world, [&] { ++runs; });
  EXPECT_EQ(runs, 1);
  const int middle = world.size() / 2;
  const auto from_middle = [&](bool of_input) {
    try {
      on_all_ranks(world, [&] {
        if (world.rank() < middle) return;
        const std::string message = fmt::format("rank {}", world.rank());
        if (of_input == (world.rank() == middle)) throw InputError(message);
        throw std::runtime_error(message);
      });
    } catch (const InputError& error) {
      return "input: " + std::string(error.what());
    } catch (const CollectiveError& error) {
      return "other: " + std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_EQ(from_middle(true), fmt::format("input: rank {}", middle));
  EXPECT_EQ(from_middle(false), fmt::format("other: rank {}", middle));
}

}  // namespace
}  // namespace spinel
