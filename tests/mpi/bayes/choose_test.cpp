#include "bayes/choice/choose_from_box.hpp"
#include "bayes/choice/choose_from_pool.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "bayes/process/feature_map.hpp"
#include "core/error.hpp"
#include "support.hpp"

namespace spinel {
namespace {

using namespace testing_support;

struct Fixture {
  Points x = random_points(25, 3, 30), candidates = random_points(4100, 3, 31);
  Eigen::VectorXd y = values_at(x, 0.05, 30);
  Hyperparameters h = sample_hyperparameters(3, KernelKind::matern52);

  GaussianProcess process(std::int64_t most_local = GaussianProcess::default_most_local) const {
    return {Communicator::world(), x, y, h, most_local};
  }
  CandidatePool pool() const {
    return {candidates.rows(), [this](std::int64_t first, std::int64_t count, Points& p, Eigen::VectorXd& t) {
              p = candidates.middleRows(first, count);
              t.setConstant(y.minCoeff());
            }};
  }
};

std::vector<std::int64_t> numbers_of(const std::vector<PoolChoice>& choices) {
  std::vector<std::int64_t> result;
  for (const PoolChoice& choice : choices) result.push_back(choice.candidate);
  return result;
}

TEST(ChooseFromPool, TheFirstIsTheBestOfAll) {
  const Fixture f;
  const GaussianProcess process = f.process();
  const Posterior p = process.posterior(f.candidates);
  for (const auto kind : {AcquisitionKind::log_ei, AcquisitionKind::ucb, AcquisitionKind::mean, AcquisitionKind::pi}) {
    PoolSettings settings;
    settings.batch.acquisition.kind = kind;
    settings.batch.noise = f.h.noise;
    const auto choices = choose_from_pool(Communicator::world(), process, f.pool(), 5, settings);
    ASSERT_EQ(choices.size(), 5u);
    std::int64_t best = 0;
    std::vector<double> scores;
    for (std::int64_t i = 0; i < p.mean.size(); ++i)
      scores.push_back(score(settings.batch.acquisition, p.mean[i], std::sqrt(p.variance[i]), f.y.minCoeff()));
    best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    EXPECT_EQ(choices[0].candidate, best);
    EXPECT_NEAR(choices[0].score, scores[static_cast<std::size_t>(best)], 1e-9);
    EXPECT_NEAR(choices[0].mean, p.mean[best], 1e-12);
    const auto numbers = numbers_of(choices);
    EXPECT_EQ(std::set<std::int64_t>(numbers.begin(), numbers.end()).size(), 5u);
  }
}

/// What one rank alone chooses, all ranks together do, bit for bit.
TEST(ChooseFromPool, IsTheSameOnAnyNumberOfRanks) {
  const Fixture f;
  const GaussianProcess process = f.process(), shared = f.process(0);
  for (const auto kind : {AcquisitionKind::log_ei, AcquisitionKind::thompson, AcquisitionKind::random,
                          AcquisitionKind::knowledge_gradient})
    for (const auto method : {BatchMethod::believer, BatchMethod::penalization}) {
      if (!is_of_one_candidate(kind) && method == BatchMethod::penalization) continue;
      PoolSettings settings;
      settings.batch.acquisition.kind = kind;
      settings.batch.method = method;
      settings.batch.noise = f.h.noise;
      settings.shortlist = 200;
      const auto together = choose_from_pool(Communicator::world(), process, f.pool(), 6, settings),
                 alone = choose_from_pool(Communicator::self(), process, f.pool(), 6, settings);
      EXPECT_EQ(numbers_of(together), numbers_of(alone));
      ASSERT_EQ(together.size(), 6u);
      EXPECT_EQ(together[3].score, alone[3].score);
      EXPECT_EQ(numbers_of(choose_from_pool(Communicator::world(), shared, f.pool(), 6, settings)), numbers_of(alone));
    }
}

TEST(ChooseFromPool, AcceptsAndLeavesOut) {
  const Fixture f;
  const GaussianProcess process = f.process();
  CandidatePool pool = f.pool();
  const auto read = pool.read;
  pool.read = [&](std::int64_t first, std::int64_t count, Points& p, Eigen::VectorXd& t) {
    read(first, count, p, t);
    for (std::int64_t i = 0; i < count; ++i)
      if ((first + i) % 2 == 1) t[i] = std::nan("");
  };
  PoolSettings settings;
  settings.shortlist = 50;
  // Two of each class of 100 neighbors, of which the shortlist cannot fill the batch alone.
  const auto choices = choose_from_pool(
      Communicator::world(), process, pool, 60, settings, [](std::int64_t i, const std::vector<std::int64_t>& chosen) {
        return std::count_if(chosen.begin(), chosen.end(), [&](std::int64_t other) { return other / 100 == i / 100; }) <
               2;
      });
  EXPECT_EQ(choices.size(), 60u);
  std::map<std::int64_t, int> of_class;
  for (const PoolChoice& choice : choices) {
    EXPECT_EQ(choice.candidate % 2, 0);
    EXPECT_LE(++of_class[choice.candidate / 100], 2);
  }
  CandidatePool empty = pool;
  empty.size = 0;
  EXPECT_TRUE(choose_from_pool(Communicator::world(), process, empty, 3, settings).empty());
}

TEST(BestOf, KeepsTheBestWithTiesByNumber) {
  const auto best = best_of(Communicator::world(), 10000, 4, [](std::int64_t first, std::int64_t count, double* s) {
    for (std::int64_t i = 0; i < count; ++i)
      s[i] = (first + i) % 1000 == 7 ? 5.0 : (first + i) == 42 ? std::nan("") : -static_cast<double>(first + i);
  });
  ASSERT_EQ(best.size(), 4u);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(best[k].candidate, static_cast<std::int64_t>(7 + 1000 * k));
}

TEST(ChooseFromBox, FindsWhereTheScoreIsBest) {
  const Fixture f;
  const GaussianProcess process = f.process();
  const SearchBox box({{"a", 0.0, 1.0}, {"b", -1.0, 1.0}, {"c", 1.0, 10.0, true}});
  for (const auto kind : {AcquisitionKind::log_ei, AcquisitionKind::ei, AcquisitionKind::ucb, AcquisitionKind::mean}) {
    BoxSettings settings;
    settings.batch.acquisition.kind = kind;
    settings.threshold = f.y.minCoeff();
    const auto choice = choose_from_box(process, box, {}, 1, settings).at(0);
    const Points dense = random_points(20000, 3, 33);
    const Posterior p = process.posterior(dense);
    double best = -1e300;
    for (std::int64_t i = 0; i < dense.rows(); ++i)
      best = std::max(best, score(settings.batch.acquisition, p.mean[i], std::sqrt(p.variance[i]), settings.threshold));
    EXPECT_GE(choice.score, best) << static_cast<int>(kind);
  }
}

TEST(ChooseFromBox, BatchesDifferAndRespectWhatIsTaken) {
  const Points x = random_points(6, 1, 34);
  const GaussianProcess process(Communicator::world(), x, values_at(x, 0.0, 34),
                                sample_hyperparameters(1, KernelKind::matern52));
  const SearchBox whole({{"n", 1.0, 8.0, false, true}});
  for (const auto kind : {AcquisitionKind::log_ei, AcquisitionKind::thompson, AcquisitionKind::random})
    for (const auto method : {BatchMethod::believer, BatchMethod::penalization, BatchMethod::none}) {
      BoxSettings settings;
      settings.batch.acquisition.kind = kind;
      settings.batch.method = method;
      settings.samples = 100;
      const auto choices = choose_from_box(process, whole, {whole.point({3.0})}, 20, settings);
      std::set<double> values;
      for (const BoxChoice& choice : choices) values.insert(whole.values(choice.point)[0]);
      EXPECT_EQ(choices.size(), 7u);  // all but the one that is taken
      EXPECT_EQ(values.size(), 7u);
      EXPECT_EQ(values.count(3.0), 0u);
    }
}

TEST(FeatureMap, Whitens) {
  Points features = random_points(200, 4, 35);
  features.col(1) *= 1000.0;
  features.col(2) = 2.0 * features.col(0);  // nothing new
  features.col(3).setConstant(4.0);
  const FeatureMap map(features, 32), standard(features, 0);
  EXPECT_EQ(map.n_numbers(), 2);
  EXPECT_EQ(standard.n_numbers(), 3);
  const Points z = map(features);
  EXPECT_LT(largest_difference(z.transpose() * z / 200.0, Eigen::MatrixXd::Identity(2, 2)), 1e-10);
  EXPECT_LT(z.colwise().mean().cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_EQ(FeatureMap(features, 1).n_numbers(), 1);
  EXPECT_THROW(FeatureMap(Points::Ones(5, 2), 1), Error);
}

}  // namespace
}  // namespace spinel
