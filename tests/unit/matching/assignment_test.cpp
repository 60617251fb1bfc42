#include "matching/assignment.hpp"

#include <algorithm>
#include <numeric>

#include "support.hpp"

using namespace spinel;

namespace {

double cost_of(const std::vector<double>& cost, int n, const std::vector<int>& columns) {
  double sum = 0.0;
  for (int i = 0; i < n; ++i) sum += cost[static_cast<std::size_t>(i * n + columns[static_cast<std::size_t>(i)])];
  return sum;
}

TEST(Assignment, FindsTheLeastOfAllPermutations) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  Assignment assignment;
  for (int trial = 0; trial < 600; ++trial) {
    const int n = 1 + trial % 7;
    std::vector<double> cost(static_cast<std::size_t>(n * n));
    // Some alike, some forbidden.
    for (double& c : cost) c = trial % 3 == 0 ? std::floor(4.0 * uniform(random)) : uniform(random);
    if (trial % 2 == 0)
      for (double& c : cost)
        if (uniform(random) < 0.35) c = Assignment::forbidden;
    std::vector<int> columns(static_cast<std::size_t>(n)), order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    double least = Assignment::forbidden;
    do least = std::min(least, cost_of(cost, n, order));
    while (std::next_permutation(order.begin(), order.end()));
    ASSERT_EQ(assignment.solve(cost.data(), n, n, columns.data()), least < Assignment::forbidden) << trial;
    if (least >= Assignment::forbidden) continue;
    EXPECT_NEAR(cost_of(cost, n, columns), least, 1e-12) << trial;
    std::sort(columns.begin(), columns.end());
    for (int i = 0; i < n; ++i) EXPECT_EQ(columns[static_cast<std::size_t>(i)], i);
  }
}

TEST(Assignment, KeepsToDualsOfLargeProblems) {
  // cost = u_i + v_j + slack with slack 0 on a known permutation, so that it is a best one.
  std::mt19937 random(2);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  Assignment assignment;
  const int n = 120;
  std::vector<double> u(n), v(n), cost(n * n);
  std::vector<int> order(n), columns(n);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), random);
  for (int i = 0; i < n; ++i) {
    u[static_cast<std::size_t>(i)] = uniform(random);
    v[static_cast<std::size_t>(i)] = uniform(random);
  }
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      cost[static_cast<std::size_t>(i * n + j)] = u[static_cast<std::size_t>(i)] + v[static_cast<std::size_t>(j)] +
                                                  (order[static_cast<std::size_t>(i)] == j ? 0.0 : uniform(random));
  ASSERT_TRUE(assignment.solve(cost.data(), n, n, columns.data()));
  EXPECT_NEAR(cost_of(cost, n, columns),
              std::accumulate(u.begin(), u.end(), 0.0) + std::accumulate(v.begin(), v.end(), 0.0), 1e-9);
}

}  // namespace
