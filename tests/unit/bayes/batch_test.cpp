#include "bayes/choice/batch.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.hpp"

namespace spinel {
namespace {

/// n candidates on a line with the prior of an RBF kernel, and means that rise to the right.
JointPosterior line_of(std::int64_t n) {
  Points x(n, 1);
  for (std::int64_t i = 0; i < n; ++i) x(i, 0) = static_cast<double>(i) / static_cast<double>(n - 1);
  Hyperparameters h;
  h.kernel = KernelKind::matern32;
  h.length = Eigen::VectorXd::Constant(1, 0.2);
  return {0.3 * x.col(0), covariance(h, x, x)};
}

double distance2(std::size_t i, std::size_t j) {
  const double d = (static_cast<double>(i) - static_cast<double>(j)) / 40.0 / 0.2;
  return d * d;
}

TEST(Batch, MembersDifferAndKeepAway) {
  const JointPosterior candidates = line_of(41);
  const Eigen::VectorXd threshold = Eigen::VectorXd::Constant(41, 0.0);
  const auto check = [&](BatchMethod method, AcquisitionKind kind) {
    BatchSettings settings;
    settings.method = method;
    settings.acquisition.kind = kind;
    const auto batch = choose_batch(candidates, threshold, 4, settings, {}, distance2);
    ASSERT_EQ(batch.size(), 4u);
    EXPECT_EQ(batch[0].candidate, 0u);  // the lowest mean, all being as unsure
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < i; ++j)
        EXPECT_GE(std::abs(static_cast<int>(batch[i].candidate) - static_cast<int>(batch[j].candidate)), 2)
            << static_cast<int>(method) << ' ' << static_cast<int>(kind);
  };
  for (const auto kind : {AcquisitionKind::log_ei, AcquisitionKind::ei, AcquisitionKind::ucb})
    check(BatchMethod::believer, kind);
  // One that is better than all others, which are alike: the next is not beside it.
  JointPosterior flat{Eigen::VectorXd::Zero(41), 0.01 * candidates.covariance};
  flat.mean[20] = -0.05;
  BatchSettings penalized;
  penalized.method = BatchMethod::penalization;
  for (const auto kind : {AcquisitionKind::log_ei, AcquisitionKind::ei, AcquisitionKind::ucb}) {
    penalized.acquisition.kind = kind;
    const auto batch = choose_batch(flat, threshold, 2, penalized, {}, distance2);
    EXPECT_EQ(batch[0].candidate, 20u);
    EXPECT_GE(std::abs(static_cast<int>(batch[1].candidate) - 20), 6) << static_cast<int>(kind);
  }
  BatchSettings settings;
  settings.method = BatchMethod::none;
  const auto batch = choose_batch(candidates, threshold, 3, settings);
  EXPECT_EQ(batch[2].candidate, 2u);
}

TEST(Batch, BelievingIsConditioning) {
  JointPosterior candidates = line_of(30);
  const Eigen::MatrixXd before = candidates.covariance;
  const double noise = 0.1;
  believe(candidates, 7, noise);
  believe(candidates, 20, noise);
  // The Schur complement of both at once.
  const Eigen::Index both[] = {7, 20};
  Eigen::MatrixXd k(30, 2), inner(2, 2);
  for (int a = 0; a < 2; ++a) {
    k.col(a) = before.col(both[a]);
    for (int b = 0; b < 2; ++b) inner(a, b) = before(both[a], both[b]) + (a == b ? noise : 0.0);
  }
  EXPECT_LT((candidates.covariance - (before - k * inner.inverse() * k.transpose())).cwiseAbs().maxCoeff(), 1e-13);
}

TEST(Batch, AcceptedOnesOnlyAndFewerWhereThereAreNoMore) {
  const JointPosterior candidates = line_of(10);
  const Eigen::VectorXd threshold = Eigen::VectorXd::Constant(10, 0.0);
  const auto even = [](std::size_t i, const std::vector<std::size_t>&) { return i % 2 == 0; };
  const auto batch = choose_batch(candidates, threshold, 8, {}, even);
  EXPECT_EQ(batch.size(), 5u);
  for (const BatchChoice& choice : batch) EXPECT_EQ(choice.candidate % 2, 0u);
}

TEST(Batch, DrawnFunctionsFollowTheDistribution) {
  // Two independent candidates: the one with the lower mean by one standard deviation of the difference wins 84 %.
  JointPosterior candidates{Eigen::Vector2d(0.0, 1.0), 0.5 * Eigen::Matrix2d::Identity()};
  BatchSettings settings;
  settings.acquisition.kind = AcquisitionKind::thompson;
  int first = 0;
  for (std::uint64_t k = 0; k < 2000; ++k) {
    settings.number = k;
    first += choose_batch(candidates, Eigen::Vector2d::Zero(), 1, settings)[0].candidate == 0 ? 1 : 0;
  }
  EXPECT_NEAR(first / 2000.0, 0.8413, 0.03);
}

TEST(Batch, QuasiRandomImprovementIsThatOfOneCandidate) {
  const JointPosterior one{Eigen::VectorXd::Constant(1, 0.3), Eigen::MatrixXd::Constant(1, 1, 0.49)};
  for (const auto goal : {Goal::minimize, Goal::maximize})
    EXPECT_NEAR(expected_improvement(one, 0.1, goal, 14, 3), expected_improvement(0.3, 0.7, 0.1, goal), 1e-4);
  // Two independent ones: E[max] of two standard normal numbers is 1/√π.
  const JointPosterior two{Eigen::Vector2d::Zero(), Eigen::Matrix2d::Identity()};
  EXPECT_NEAR(expected_improvement(two, -50.0, Goal::maximize, 14, 3), 50.0 + 1.0 / std::sqrt(M_PI), 1e-3);
}

TEST(KnowledgeGradient, IsTheIntegralOfTheUpperEnvelope) {
  RandomSequence random(Random(4, RandomPurpose::test), 0, 0);
  for (int n = 1; n <= 12; ++n) {
    std::vector<double> a, b;
    for (int i = 0; i < n; ++i) a.push_back(random.normal()), b.push_back(i % 3 == 2 ? b[0] : random.normal());
    constexpr int points = 40001;
    const double h = 20.0 / (points - 1);
    double sum = 0.0;
    for (int k = 0; k < points; ++k) {
      const double z = -10.0 + h * k;
      double best = a[0] + b[0] * z;
      for (std::size_t i = 1; i < a.size(); ++i) best = std::max(best, a[i] + b[i] * z);
      sum += h * best * normal_density(z);
    }
    EXPECT_NEAR(expected_gain_of_lines(a, b), sum - *std::max_element(a.begin(), a.end()), 1e-6) << n;
  }
}

TEST(KnowledgeGradient, OfIndependentCandidatesIsKnown) {
  // Observing i without noise: E[max(best of others, y_i)] − best mean.
  const JointPosterior candidates{Eigen::Vector3d(0.0, 1.0, 0.4), Eigen::Vector3d(4.0, 0.25, 1.0).asDiagonal()};
  const Eigen::VectorXd gain = knowledge_gradient(candidates, 0.0, Goal::maximize);
  EXPECT_NEAR(gain[0], expected_improvement(0.0, 2.0, 1.0, Goal::maximize), 1e-12);
  EXPECT_NEAR(gain[2], expected_improvement(0.4, 1.0, 1.0, Goal::maximize), 1e-12);
  // Of the best itself: how much better another one can turn out to be.
  EXPECT_NEAR(gain[1], expected_improvement(1.0, 0.5, 0.4, Goal::minimize), 1e-12);
  const JointPosterior mirrored{-candidates.mean, candidates.covariance};
  EXPECT_LT((knowledge_gradient(mirrored, 0.0, Goal::minimize) - gain).cwiseAbs().maxCoeff(), 1e-14);
}

}  // namespace
}  // namespace spinel
