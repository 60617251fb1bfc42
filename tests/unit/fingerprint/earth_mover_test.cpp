#include "fingerprint/earth_mover.hpp"

#include <algorithm>
#include <numeric>

#include "matching/assignment.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

using Numbers = std::vector<double>;

TEST(EarthMover, ByHand) {
  EXPECT_DOUBLE_EQ(earth_movers_distance({1.0}, {1.0}, {3.5}), 3.5);
  EXPECT_DOUBLE_EQ(earth_movers_distance({1.0}, {0.25, 0.75}, {2.0, 4.0}), 3.5);
  EXPECT_DOUBLE_EQ(earth_movers_distance({0.25, 0.75}, {1.0}, {2.0, 4.0}), 3.5);
  EXPECT_DOUBLE_EQ(earth_movers_distance({0.5, 0.5}, {0.5, 0.5}, {1.0, 0.0, 0.0, 1.0}), 0.0);
  // The first heap must give way: greedy would take 0 and then pay 10.
  EXPECT_DOUBLE_EQ(earth_movers_distance({0.5, 0.5}, {0.5, 0.5}, {0.0, 1.0, 0.0, 10.0}), 0.5);
  EXPECT_DOUBLE_EQ(earth_movers_distance({0.6, 0.4}, {0.5, 0.5}, {0.0, 1.0, 0.0, 10.0}), 0.5 + 0.0);
}

/// Amounts in units, each unit assigned on its own in the cheapest of all orders.
double by_permutations(const std::vector<int>& supply, const std::vector<int>& demand, const Numbers& cost) {
  std::vector<std::size_t> from, to;
  for (std::size_t i = 0; i < supply.size(); ++i) from.insert(from.end(), static_cast<std::size_t>(supply[i]), i);
  for (std::size_t j = 0; j < demand.size(); ++j) to.insert(to.end(), static_cast<std::size_t>(demand[j]), j);
  double least = 1e300;
  do {
    double sum = 0.0;
    for (std::size_t n = 0; n < from.size(); ++n) sum += cost[from[n] * demand.size() + to[n]];
    least = std::min(least, sum);
  } while (std::next_permutation(to.begin(), to.end()));
  return least;
}

std::vector<int> random_parts(std::mt19937& random, std::size_t n, int total) {
  std::vector<int> parts(n, 1);
  for (int left = total - static_cast<int>(n); left > 0; --left) ++parts[random() % n];
  return parts;
}

TEST(EarthMover, AgreesWithAllPermutations) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  for (int trial = 0; trial < 300; ++trial) {
    const int total = 4 + trial % 5;
    const auto supply = random_parts(random, 1 + random() % 4, total),
               demand = random_parts(random, 1 + random() % 4, total);
    Numbers cost(supply.size() * demand.size());
    // Equal costs too.
    for (double& c : cost) c = trial % 3 == 0 ? static_cast<double>(random() % 3) : uniform(random);
    const double unit = 1.0 / total;
    Numbers s, d;
    for (const int n : supply) s.push_back(n * unit);
    for (const int n : demand) d.push_back(n * unit);
    EXPECT_NEAR(earth_movers_distance(s, d, cost), unit * by_permutations(supply, demand, cost), 1e-12) << trial;
  }
}

TEST(EarthMover, AgreesWithAssignment) {
  std::mt19937 random(2);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  Assignment assignment;
  for (int trial = 0; trial < 40; ++trial) {
    const int total = 30 + trial;
    const auto supply = random_parts(random, 3 + random() % 25, total),
               demand = random_parts(random, 3 + random() % 25, total);
    Numbers cost(supply.size() * demand.size()), units;
    for (double& c : cost) c = uniform(random);
    for (std::size_t i = 0; i < supply.size(); ++i)
      for (int n = 0; n < supply[i]; ++n)
        for (std::size_t j = 0; j < demand.size(); ++j)
          units.insert(units.end(), static_cast<std::size_t>(demand[j]), cost[i * demand.size() + j]);
    std::vector<int> column(static_cast<std::size_t>(total));
    ASSERT_TRUE(assignment.solve(units.data(), total, total, column.data()));
    double expected = 0.0;
    for (int n = 0; n < total; ++n)
      expected += units[static_cast<std::size_t>(n * total + column[static_cast<std::size_t>(n)])] / total;
    Numbers s, d;
    for (const int n : supply) s.push_back(1.0 * n / total);
    for (const int n : demand) d.push_back(1.0 * n / total);
    EXPECT_NEAR(earth_movers_distance(s, d, cost), expected, 1e-12) << trial;
  }
}

TEST(EarthMover, OnALine) {
  // Weights that are multiples of nothing.
  std::mt19937 random(3);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  for (int trial = 0; trial < 50; ++trial) {
    const std::size_t n = 1 + random() % 30, m = 1 + random() % 30;
    Numbers x(n), y(m), s(n), d(m), cost;
    for (auto* numbers : {&x, &y, &s, &d})
      for (double& value : *numbers) value = uniform(random);
    for (auto* amounts : {&s, &d}) {
      const double sum = std::accumulate(amounts->begin(), amounts->end(), 0.0);
      for (double& value : *amounts) value /= sum;
    }
    for (const double from : x)
      for (const double to : y) cost.push_back(std::abs(from - to));
    // The area between the cumulative distributions.
    std::vector<std::pair<double, double>> steps;
    for (std::size_t i = 0; i < n; ++i) steps.emplace_back(x[i], s[i]);
    for (std::size_t j = 0; j < m; ++j) steps.emplace_back(y[j], -d[j]);
    std::sort(steps.begin(), steps.end());
    double area = 0.0, height = 0.0;
    for (std::size_t k = 0; k + 1 < steps.size(); ++k) {
      height += steps[k].second;
      area += std::abs(height) * (steps[k + 1].first - steps[k].first);
    }
    EXPECT_NEAR(earth_movers_distance(s, d, cost), area, 1e-12);
  }
}

TEST(EarthMover, Errors) {
  EXPECT_THROW(earth_movers_distance({1.0}, {0.5}, {1.0}), InputError);
  EXPECT_THROW(earth_movers_distance({1.0, 0.0}, {1.0}, {1.0, 1.0}), InputError);
  EXPECT_THROW(earth_movers_distance({1.0}, {1.0}, {1.0, 2.0}), InputError);
  EXPECT_THROW(earth_movers_distance({1.0}, {1.0}, {-1.0}), InputError);
  EXPECT_THROW(earth_movers_distance({1.0}, {1.0}, {std::nan("")}), InputError);
}

}  // namespace
