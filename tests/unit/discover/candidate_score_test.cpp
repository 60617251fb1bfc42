#include "discover/candidate_score.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "bayes/choice/acquisition.hpp"

namespace spinel {
namespace {

const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> scores(DiscoverAcquisition kind, const std::vector<TargetWindow>& windows,
                           const std::vector<Prediction>& prediction, const std::vector<double>& highest = {}) {
  ScoreSettings settings;
  settings.kind = kind;
  std::vector<std::int64_t> numbers;
  for (std::size_t c = 0; c < prediction[0].mean.size(); ++c) numbers.push_back(static_cast<std::int64_t>(c));
  return candidate_scores(settings, windows, prediction, highest, numbers);
}

TEST(CandidateScore, IsTheProbabilityOfAllWindows) {
  const std::vector<TargetWindow> windows = {{"gap", 1.1, 1.7}, {"above", -infinity, 0.02}};
  const std::vector<Prediction> prediction = {{{1.4, 0.0}, {0.3, 0.5}}, {{0.05, 0.0}, {0.03, 0.02}}};
  const auto score = scores(DiscoverAcquisition::probability, windows, prediction);
  for (std::size_t c = 0; c < 2; ++c) {
    const auto below = [](double limit, double mean, double sigma) {
      return std::isinf(limit) ? (limit > 0 ? 1.0 : 0.0) : 0.5 * std::erfc((mean - limit) / sigma / std::sqrt(2.0));
    };
    double probability = 1.0;
    for (std::size_t t = 0; t < 2; ++t) {
      const double m = prediction[t].mean[c], s = prediction[t].sigma[c];
      probability *= below(windows[t].highest, m, s) - below(windows[t].lowest, m, s);
    }
    EXPECT_NEAR(std::exp(score[c]), probability, 1e-12);
  }
}

TEST(CandidateScore, HasABoundForEachCandidate) {
  // Of the hull: the same prediction, and hulls that lie higher and lower; none at all for the last.
  const std::vector<Prediction> prediction = {{{0.0, 0.0, 0.0}, {0.1, 0.1, 0.1}}};
  for (const auto kind : {DiscoverAcquisition::probability, DiscoverAcquisition::improvement, DiscoverAcquisition::ucb,
                          DiscoverAcquisition::mean}) {
    const auto score = scores(kind, {TargetWindow()}, prediction, {0.1, -0.1, nan});
    EXPECT_GT(score[0], score[1]);
    EXPECT_TRUE(std::isnan(score[2]));
  }
}

TEST(CandidateScore, ImprovesOnTheOneBound) {
  const std::vector<Prediction> prediction = {{{0.3}, {0.2}}};
  EXPECT_DOUBLE_EQ(scores(DiscoverAcquisition::improvement, {{"x", -infinity, 0.1}}, prediction)[0],
                   log_expected_improvement(0.3, 0.2, 0.1, Goal::minimize));
  EXPECT_DOUBLE_EQ(scores(DiscoverAcquisition::improvement, {{"x", 0.5, infinity}}, prediction)[0],
                   log_expected_improvement(0.3, 0.2, 0.5, Goal::maximize));
}

TEST(CandidateScore, TakesTheBestThatAreAccepted) {
  const std::vector<double> score = {1.0, 3.0, nan, 3.0, 2.0, -infinity};
  const auto any = [](std::size_t) { return true; };
  EXPECT_EQ(best_candidates(score, 3, any), (std::vector<std::size_t>{1, 3, 4}));
  EXPECT_EQ(best_candidates(score, 9, any), (std::vector<std::size_t>{1, 3, 4, 0, 5}));
  EXPECT_EQ(best_candidates(score, 2, [](std::size_t c) { return c != 3; }), (std::vector<std::size_t>{1, 4}));
}

}  // namespace
}  // namespace spinel
