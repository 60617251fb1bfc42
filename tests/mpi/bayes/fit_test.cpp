#include "bayes/process/fit_hyperparameters.hpp"

#include <cmath>

#include "bayes/process/fit_objective.hpp"
#include "support.hpp"

namespace spinel {
namespace {

using namespace testing_support;

TEST(Fit, ObjectiveHasTheGradientOfItsValues) {
  const Points x = random_points(30, 3, 20);
  Eigen::VectorXd y = values_at(x, 0.1, 20);
  y = (y.array() - y.mean()).matrix();
  for (const KernelKind kernel : {KernelKind::matern52, KernelKind::matern32, KernelKind::rbf})
    for (const bool ard : {true, false})
      for (const bool priors : {true, false})
        for (const double noise : {-1.0, 0.1}) {
          FitSettings settings;
          settings.kernel = kernel;
          settings.ard = ard;
          settings.priors = priors;
          settings.noise = noise;
          settings.range = Eigen::Vector3d(1.0, 2.0, 0.5);
          const FitObjective objective(x, y, settings, 0.01);
          Eigen::VectorXd t = objective.vector(0.7, 1.3, 0.03), gradient;
          for (std::int64_t j = 0; j < t.size(); ++j) t[j] += 0.1 * static_cast<double>(j);
          objective(t, &gradient);
          for (std::int64_t j = 0; j < t.size(); ++j) {
            const double step = 1e-5;
            Eigen::VectorXd up = t, down = t;
            up[j] += step;
            down[j] -= step;
            const double slope = (objective(up, nullptr) - objective(down, nullptr)) / (2.0 * step);
            EXPECT_NEAR(gradient[j], slope, 1e-6 * std::max(1.0, std::abs(slope)));
          }
        }
}

TEST(Fit, IsAMaximumAndTheSameOnAllRanks) {
  const Communicator world = Communicator::world();
  const Points x = random_points(60, 2, 21);
  const Eigen::VectorXd y = values_at(x, 0.05, 21);
  FitSettings settings;
  settings.starts = 3;
  const FitResult fit = fit_hyperparameters(world, x, y, settings);
  // The noise that was put in, within its error.
  EXPECT_NEAR(std::sqrt(fit.hyperparameters.noise), 0.05, 0.02);
  EXPECT_EQ(fit.n_points, 60);
  const auto worse = [&](double factor) {
    Hyperparameters h = fit.hyperparameters;
    h.length *= factor;
    return GaussianProcess(world, x, y, h).log_evidence();
  };
  EXPECT_GT(worse(1.0), worse(0.3));
  EXPECT_GT(worse(1.0), worse(5.0));
  const FitResult alone = fit_hyperparameters(Communicator::self(), x, y, settings);
  EXPECT_EQ(alone.hyperparameters.length, fit.hyperparameters.length);
  EXPECT_EQ(alone.log_posterior, fit.log_posterior);
}

TEST(Fit, HasTheUnitOfTheValues) {
  const Communicator world = Communicator::world();
  const Points x = random_points(40, 2, 22);
  const Eigen::VectorXd y = values_at(x, 0.05, 22), scaled = 1e-3 * y.array() - 7.0;
  const Hyperparameters a = fit_hyperparameters(world, x, y, {}).hyperparameters,
                        b = fit_hyperparameters(world, x, scaled, {}).hyperparameters;
  EXPECT_NEAR(b.variance / a.variance, 1e-6, 1e-10);
  EXPECT_NEAR(b.noise / a.noise, 1e-6, 1e-10);
  EXPECT_NEAR(b.mean, 1e-3 * a.mean - 7.0, 1e-6);
  EXPECT_LT(((b.length - a.length).array() / a.length.array()).abs().maxCoeff(), 1e-3);
  FitSettings given;
  given.noise = 2e-4;
  EXPECT_NEAR(fit_hyperparameters(world, x, scaled, given).hyperparameters.noise, 4e-8, 1e-14);
}

TEST(Fit, WarmStartAndSubset) {
  const Communicator world = Communicator::world();
  const Points x = random_points(120, 2, 23);
  const Eigen::VectorXd y = values_at(x, 0.05, 23);
  FitSettings settings;
  settings.starts = 1;
  const FitResult cold = fit_hyperparameters(world, x, y, settings),
                  warm = fit_hyperparameters(world, x, y, settings, cold.hyperparameters);
  EXPECT_NEAR(warm.log_posterior, cold.log_posterior, 1e-3);
  EXPECT_LT(warm.evaluations, cold.evaluations);
  settings.most_points = 50;
  const FitResult part = fit_hyperparameters(world, x, y, settings), again = fit_hyperparameters(world, x, y, settings);
  EXPECT_EQ(part.n_points, 50);
  EXPECT_EQ(part.log_posterior, again.log_posterior);
  settings.number = 1;
  EXPECT_NE(fit_hyperparameters(world, x, y, settings).log_posterior, part.log_posterior);
}

TEST(Fit, ManagesWithVeryFewAndEqualValues) {
  const Communicator world = Communicator::world();
  const Points x = random_points(3, 2, 24);
  const Eigen::VectorXd same = Eigen::VectorXd::Constant(3, 5.0);
  const FitResult fit = fit_hyperparameters(world, x, same, {});
  EXPECT_NEAR(fit.hyperparameters.mean, 5.0, 1e-9);
  EXPECT_TRUE(fit.hyperparameters.length.allFinite());
  EXPECT_TRUE(fit_hyperparameters(world, x.topRows(1), same.head(1), {}).hyperparameters.length.allFinite());
}

}  // namespace
}  // namespace spinel
