// Training of flows of vectors: that both objectives find a known density, on any number of ranks, and what is kept.
#include "train/objectives/density_training.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "model/vectors/flow_solver.hpp"
#include "model/vectors/vector_model.hpp"

namespace spinel {
namespace {

/// A normal distribution with correlation, beside it an angle in degrees that depends on nothing.
struct Sample {
  explicit Sample(const std::string& objective) {
    RandomSequence numbers(Random(7, RandomPurpose::test), 0, 0);
    for (std::int64_t k = 0; k < n; ++k) {
      const double a = numbers.normal(), b = numbers.normal();
      double angle = 300.0 + 40.0 * numbers.normal();
      angle -= 360.0 * std::floor(angle / 360.0);
      values.insert(values.end(), {5.0 + 2.0 * a, 0.1 * (0.8 * a + 0.6 * b), angle});
    }
    data.n_vectors = n;
    data.values = values.data();
    data.architecture.columns = {{"a", 0.0, 0.0, 1.0}, {"b", 0.0, 0.0, 1.0}, {"angle", 360.0, 0.0, 1.0}};
    data.architecture.hidden = {32, 32};
    data.architecture.frequencies = 2;
    data.objective = objective;
    data.tolerance = 1e-4;
  }
  DataParts parts() const {
    DataParts p;
    for (std::int64_t k = 0; k < n; ++k) (k < 1000 ? p.train : p.validation).push_back(k);
    return p;
  }
  /// Mean of −ln p per column.
  static double entropy() {
    const double one = 0.5 * std::log(2.0 * M_PI * std::exp(1.0));
    return (3.0 * one + std::log(2.0 * 0.1 * 0.6 * 40.0)) / 3.0;
  }

  static constexpr std::int64_t n = 1400;
  std::vector<double> values;
  DensityTrainingData data;
};

TrainerSettings settings(std::int64_t epochs) {
  TrainerSettings s;
  s.epochs = epochs;
  s.batch_size = 100;
  s.learning_rate.base = 1e-2;
  s.learning_rate.epochs = epochs;
  s.average_decay = 0.98;
  return s;
}

TEST(DensityTraining, BothObjectivesFindTheDensity) {
  for (const char* objective : {"flow_matching", "likelihood"}) {
    Sample sample(objective);
    const bool matches = sample.data.objective == "flow_matching";
    if (!matches) sample.data.trace = "hutchinson";
    const auto training =
        make_density_training(sample.data, settings(matches ? 60 : 8), sample.parts(), Communicator::world());
    while (!training->is_done()) training->step(0.0);
    EXPECT_EQ(training->metrics().size(), matches ? 2u : 1u);
    const Assessment found = training->assess_best(sample.parts().validation);
    EXPECT_NEAR(found.metrics[0], Sample::entropy(), 0.06) << objective;

    // The same from the model file, in double precision.
    const VectorModel model(training->best_model());
    EXPECT_NEAR(model.architecture.columns[0].mean, 5.0, 0.3);
    EXPECT_NEAR(model.architecture.columns[1].std, 0.1, 0.01);
    VectorFlow<double> flow(model.architecture.shape());
    flow.set_weights(model.weights.data());
    FlowSolver<double> solver(flow, {1e-7, 1e-7, 10000});
    double y[3], l;
    model.architecture.to_flow(sample.values.data() + 3 * 1000, y);
    solver.integrate({1, Divergence::exact, nullptr}, 1.0, 0.0, y, &l);
    const double nll = -(model.architecture.log_noise(y) + l + model.architecture.log_scale()) / 3.0;
    if (Communicator::world().is_root()) {
      EXPECT_NEAR(nll, found.output[0], 2e-3);
    }
  }
}

TEST(DensityTraining, AnyNumberOfRanksLearnsTheSame) {
  for (const char* objective : {"flow_matching", "likelihood"}) {
    Sample sample(objective);
    sample.data.trace = "hutchinson";
    // A step of the solver is taken or not: losses agree to its tolerance.
    sample.data.tolerance = 1e-6;
    DataParts parts = sample.parts();
    parts.train.resize(230);  // the last batch is a small one
    parts.validation.resize(20);
    const auto run = [&](const Communicator& ranks) {
      TrainerSettings s = settings(2);
      // Without it the first steps are as long for gradients that are only rounding as for all others.
      s.optimizer.epsilon = 1e-3;
      const auto training = make_density_training(sample.data, s, parts, ranks);
      while (!training->is_done()) training->step(0.0);
      std::vector<double> result = training->step_losses();
      for (const EpochRecord& record : training->history())
        result.insert(result.end(), record.validation.begin(), record.validation.end());
      return result;
    };
    const auto alone = run(Communicator::self()), together = run(Communicator::world());
    ASSERT_EQ(alone.size(), together.size());
    for (std::size_t k = 0; k < alone.size(); ++k)
      EXPECT_NEAR(alone[k], together[k], 1e-5 * (1.0 + std::abs(alone[k]))) << objective << " " << k;
  }
}

TEST(DensityTraining, ALargeValidationPartIsJudgedInPart) {
  Sample sample("flow_matching");
  DataParts parts;
  for (std::int64_t k = 0; k < Sample::n; ++k) (k < 200 ? parts.train : parts.validation).push_back(k);
  const auto training = make_density_training(sample.data, settings(1), parts, Communicator::world());
  while (!training->is_done()) training->step(0.0);
  const auto output = training->assess_best(parts.validation).output;
  if (!Communicator::world().is_root()) return;
  std::int64_t judged = 0;
  for (const double x : output) judged += std::isfinite(x) ? 1 : 0;
  EXPECT_EQ(judged, 500);
}

TEST(DensityTraining, RefusesColumnsThatAreConstant) {
  Sample sample("flow_matching");
  for (std::int64_t k = 0; k < Sample::n; ++k) sample.values[static_cast<std::size_t>(3 * k + 1)] = 2.5;
  EXPECT_THROW(make_density_training(sample.data, settings(1), sample.parts(), Communicator::world()), InputError);
}

}  // namespace
}  // namespace spinel
