// The solver of ordinary differential equations: its order, exact solutions, and that systems know nothing of each
// other.
#include "model/generators/dormand_prince.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace spinel {
namespace {

using Active = std::vector<std::size_t>;

/// dy/dt of one-number systems by a function of t and y.
template <class Function>
DormandPrince::Field field_of(Function&& f) {
  return [f](const Active& active, const double* t, const double* y, double* dy) {
    for (std::size_t k = 0; k < active.size(); ++k) dy[active[k]] = f(t[k], y[active[k]]);
  };
}

double logistic(double t, double y) { return y * (1.0 - y) * std::cos(t); }
double logistic_solution(double t, double y0) { return 1.0 / (1.0 + (1.0 / y0 - 1.0) * std::exp(-std::sin(t))); }

/// One step of the tables alone.
double step(double t, double h, double y) {
  double k[7] = {};
  for (int i = 0; i < 7; ++i) {
    double sum = 0.0;
    for (int j = 0; j < i; ++j) sum += DormandPrince::stage[i][j] * k[j];
    k[i] = logistic(t + DormandPrince::node[i] * h, y + h * sum);
  }
  double sum = 0.0;
  for (int i = 0; i < 7; ++i) sum += DormandPrince::weight[i] * k[i];
  return y + h * sum;
}

TEST(DormandPrince, TablesAreOfOrderFive) {
  for (int i = 0; i < 7; ++i) {
    double sum = 0.0;
    for (int j = 0; j < i; ++j) sum += DormandPrince::stage[i][j];
    EXPECT_NEAR(sum, DormandPrince::node[i], 1e-15) << i;
  }
  double errors[2];
  for (int half = 0; half < 2; ++half) {
    const int n = 20 << half;
    double y = 0.2;
    for (int s = 0; s < n; ++s) y = step(2.0 * s / n, 2.0 / n, y);
    errors[half] = std::abs(y - logistic_solution(2.0, 0.2));
  }
  EXPECT_NEAR(std::log2(errors[0] / errors[1]), 5.0, 0.35);
}

TEST(DormandPrince, FollowsTheToleranceBothWays) {
  for (const double tolerance : {1e-4, 1e-7, 1e-10}) {
    const DormandPrince solver({0, 1}, {tolerance, tolerance, 10000});
    double y = 0.2;
    const auto there = solver.integrate(0.0, 2.0, &y, field_of(logistic));
    EXPECT_NEAR(y, logistic_solution(2.0, 0.2), 10.0 * tolerance);
    EXPECT_FALSE(there[0].failed);
    EXPECT_GT(there[0].steps, 0);
    solver.integrate(2.0, 0.0, &y, field_of(logistic));
    EXPECT_NEAR(y, 0.2, 20.0 * tolerance);
  }
}

TEST(DormandPrince, PolynomialsOfDegreeFourAreExact) {
  double y = 1.0;
  DormandPrince({0, 1}, {1e-6, 1e-6, 1000}).integrate(0.0, 1.0, &y, field_of([](double t, double) {
                                                        return 5.0 * t * t * t * t - 2.0 * t;
                                                      }));
  EXPECT_NEAR(y, 1.0, 1e-13);
}

TEST(DormandPrince, SystemsDoNotKnowOfEachOther) {
  // Of one, two and three numbers, of very different speed.
  const std::vector<std::size_t> first = {0, 1, 3, 6};
  const auto field = [&](const Active& active, const double* t, const double* y, double* dy) {
    for (std::size_t k = 0; k < active.size(); ++k)
      for (std::size_t i = first[active[k]]; i < first[active[k] + 1]; ++i)
        dy[i] = -std::pow(10.0, static_cast<double>(active[k])) * y[i] + std::sin(5.0 * t[k]);
  };
  std::vector<double> together = {1.0, -1.0, 2.0, 0.5, 3.0, -2.0};
  const auto start = together;
  const auto results = DormandPrince(first, {1e-6, 1e-6, 10000}).integrate(0.0, 1.0, together.data(), field);
  EXPECT_LT(results[0].steps, results[2].steps);
  for (std::size_t s = 0; s < 3; ++s) {
    std::vector<double> alone(start.begin() + static_cast<std::ptrdiff_t>(first[s]),
                              start.begin() + static_cast<std::ptrdiff_t>(first[s + 1]));
    const auto own = [&](const Active& active, const double* t, const double* y, double* dy) {
      if (active.empty()) return;
      for (std::size_t i = 0; i < alone.size(); ++i)
        dy[i] = -std::pow(10.0, static_cast<double>(s)) * y[i] + std::sin(5.0 * t[0]);
    };
    const auto one = DormandPrince({0, alone.size()}, {1e-6, 1e-6, 10000}).integrate(0.0, 1.0, alone.data(), own);
    EXPECT_EQ(one[0].steps, results[s].steps);
    for (std::size_t i = 0; i < alone.size(); ++i) EXPECT_EQ(alone[i], together[first[s] + i]) << s;
  }
}

TEST(DormandPrince, GivesTheStepsThatItTook) {
  double y = 0.2, at = 0.0, value = 0.2;
  std::int64_t n = 0;
  const auto results = DormandPrince({0, 1}, {1e-6, 1e-6, 1000})
                           .integrate(0.0, 2.0, &y, field_of(logistic),
                                      [&](std::size_t s, double t, double h, const double* before, const double* k) {
                                        EXPECT_EQ(s, 0u);
                                        EXPECT_NEAR(t, at, 1e-14);
                                        EXPECT_NEAR(*before, value, 1e-14);
                                        EXPECT_NEAR(k[0], logistic(t, *before), 1e-14);
                                        double sum = 0.0;
                                        for (int i = 0; i < 7; ++i) sum += DormandPrince::weight[i] * k[i];
                                        value = *before + h * sum;
                                        at = t + h;
                                        ++n;
                                      });
  EXPECT_NEAR(at, 2.0, 1e-14);
  EXPECT_NEAR(value, y, 1e-14);
  EXPECT_EQ(n, results[0].steps);
}

TEST(DormandPrince, SaysWhereItFails) {
  double y[3] = {1.0, 1.0, 1.0};
  const auto field = [](const Active& active, const double* t, const double* now, double* dy) {
    for (std::size_t k = 0; k < active.size(); ++k) {
      const std::size_t s = active[k];
      // One that blows up, one that is no number, and a good one.
      dy[s] = s == 0                 ? now[s] * now[s] * 2.0
              : s == 1 && t[k] > 0.5 ? std::numeric_limits<double>::quiet_NaN()
                                     : -now[s];
    }
  };
  const auto results = DormandPrince({0, 1, 2, 3}, {1e-6, 1e-6, 500}).integrate(0.0, 1.0, y, field);
  EXPECT_TRUE(results[0].failed);
  EXPECT_TRUE(results[1].failed);
  EXPECT_FALSE(results[2].failed);
  EXPECT_NEAR(y[2], std::exp(-1.0), 1e-5);
  double z = 1.0;
  EXPECT_TRUE(DormandPrince({0, 1}, {1e-10, 1e-10, 3}).integrate(0.0, 1.0, &z, field_of(logistic))[0].failed);
  EXPECT_TRUE(DormandPrince({0}, {1e-6, 1e-6, 3}).integrate(0.0, 1.0, &z, field_of(logistic)).empty());
}

}  // namespace
}  // namespace spinel
