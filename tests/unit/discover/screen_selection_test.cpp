#include "discover/screen_selection.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

namespace spinel {
namespace {

/// Against sorting all of them, offered in several orders; many distances are equal.
TEST(ScreenSelection, KeepsTheLowestAndTheLowestDrawsOfTheRest) {
  constexpr std::size_t n = 500, n_best = 20, n_random = 7;
  std::mt19937 engine(3);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  std::vector<double> distance, draw;
  for (std::size_t k = 0; k < n; ++k) {
    distance.push_back(static_cast<double>(engine() % 40) / 10.0);
    draw.push_back(uniform(engine));
  }
  std::vector<std::int64_t> order(n);
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return distance[static_cast<std::size_t>(a)] < distance[static_cast<std::size_t>(b)];
  });
  std::vector<std::int64_t> wanted(order.begin(), order.begin() + n_best), rest(order.begin() + n_best, order.end());
  std::sort(rest.begin(), rest.end(), [&](std::int64_t a, std::int64_t b) {
    return draw[static_cast<std::size_t>(a)] < draw[static_cast<std::size_t>(b)];
  });
  wanted.insert(wanted.end(), rest.begin(), rest.begin() + n_random);
  std::vector<std::int64_t> numbers(n);
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  for (int shuffle = 0; shuffle < 4; ++shuffle) {
    ScreenSelection selection(n_best, n_random);
    std::vector<bool> held(n, false);
    for (const std::int64_t number : numbers) {
      const auto k = static_cast<std::size_t>(number);
      held[k] = true;
      const std::int64_t dropped = selection.offer(number, distance[k], draw[k]);
      if (dropped != ScreenSelection::none) held[static_cast<std::size_t>(dropped)] = false;
    }
    EXPECT_EQ(selection.size(), n_best + n_random);
    for (std::size_t k = 0; k < n; ++k)
      EXPECT_EQ(held[k], std::count(wanted.begin(), wanted.end(), static_cast<std::int64_t>(k)) > 0) << k;
    for (std::size_t k = 0; k < wanted.size(); ++k) EXPECT_EQ(selection.is_random(wanted[k]), k >= n_best);
    std::shuffle(numbers.begin(), numbers.end(), engine);
  }
}

TEST(ScreenSelection, KeepsAllOfAShortStream) {
  ScreenSelection selection(3, 2);
  for (std::int64_t number = 0; number < 5; ++number)
    EXPECT_EQ(selection.offer(number, -static_cast<double>(number), 0.5), ScreenSelection::none);
  EXPECT_EQ(selection.size(), 5u);
  EXPECT_TRUE(selection.is_random(0) && selection.is_random(1) && !selection.is_random(2));
  // None at random.
  ScreenSelection best(1, 0);
  EXPECT_EQ(best.offer(0, 1.0, 0.1), ScreenSelection::none);
  EXPECT_EQ(best.offer(1, 1.0, 0.0), 1);
  EXPECT_EQ(best.offer(2, 0.5, 0.0), 0);
}

}  // namespace
}  // namespace spinel
