#include "bayes/process/minimize.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace spinel {
namespace {

double rosenbrock(const Eigen::VectorXd& x, Eigen::VectorXd* gradient) {
  double value = 0.0;
  if (gradient != nullptr) *gradient = Eigen::VectorXd::Zero(x.size());
  for (std::int64_t i = 0; i + 1 < x.size(); ++i) {
    const double a = x[i + 1] - x[i] * x[i], b = 1.0 - x[i];
    value += 100.0 * a * a + b * b;
    if (gradient == nullptr) continue;
    (*gradient)[i] += -400.0 * a * x[i] - 2.0 * b;
    (*gradient)[i + 1] += 200.0 * a;
  }
  return value;
}

TEST(Minimize, FindsTheValleysEnd) {
  const Eigen::VectorXd start = Eigen::VectorXd::Constant(10, -1.2), wide = Eigen::VectorXd::Constant(10, 5.0);
  const Minimum minimum = minimize(rosenbrock, start, -wide, wide, {1000, 1e-8, 1e-16});
  EXPECT_LT((minimum.x.array() - 1.0).abs().maxCoeff(), 1e-6);
  EXPECT_LT(minimum.evaluations, 200);
}

TEST(Minimize, StopsAtBounds) {
  // Rosenbrock's function in 2 numbers with x ≤ 0.5 has its minimum at (0.5, 0.25).
  Eigen::VectorXd start(2), low(2), high(2);
  start << -1.2, 1.0;
  low << -2.0, -2.0;
  high << 0.5, 2.0;
  const Minimum minimum = minimize(rosenbrock, start, low, high, {1000, 1e-9, 1e-16});
  EXPECT_NEAR(minimum.x[0], 0.5, 1e-12);
  EXPECT_NEAR(minimum.x[1], 0.25, 1e-7);
  EXPECT_NEAR(minimum.value, 0.25, 1e-10);
}

TEST(Minimize, StepsBackFromWhereThereIsNoValue) {
  const auto log_barrier = [](const Eigen::VectorXd& x, Eigen::VectorXd* gradient) {
    if (gradient != nullptr) *gradient = Eigen::VectorXd::Constant(1, 1.0 - 1e-3 / x[0]);
    return x[0] - 1e-3 * std::log(x[0]);
  };
  const Eigen::VectorXd start = Eigen::VectorXd::Constant(1, 3.0), wide = Eigen::VectorXd::Constant(1, 100.0);
  EXPECT_NEAR(minimize(log_barrier, start, -wide, wide, {200, 1e-9, 1e-18}).x[0], 1e-3, 1e-6);
}

TEST(Minimize, GivesBackAStartWithoutAValue) {
  const auto nothing = [](const Eigen::VectorXd&, Eigen::VectorXd*) { return std::nan(""); };
  const Eigen::VectorXd one = Eigen::VectorXd::Ones(2);
  EXPECT_EQ(minimize(nothing, 0.5 * one, 0.0 * one, one).x, Eigen::VectorXd(0.5 * one));
}

}  // namespace
}  // namespace spinel
