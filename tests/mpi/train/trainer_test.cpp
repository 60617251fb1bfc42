#include "train/trainer.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <numeric>

#include "vector_objective.hpp"

namespace spinel {
namespace {

using testing_support::VectorObjective;

DataParts parts_of(std::int64_t n) {
  DataParts parts;
  for (std::int64_t i = 0; i < n; ++i)
    (i % 10 == 0 ? parts.validation : i % 10 == 1 ? parts.test : parts.train).push_back(i);
  return parts;
}

TrainerSettings settings() {
  TrainerSettings s;
  s.epochs = 8;
  s.batch_size = 32;
  s.seed = 5;
  s.learning_rate.epochs = s.epochs;
  s.learning_rate.base = 0.01;
  s.learning_rate.schedule = "cosine";
  s.learning_rate.warm_up = 0.5;
  s.optimizer.weight_decay = 0.01;
  s.clip_norm = 1.0;
  s.average_decay = 0.99;
  return s;
}

std::unique_ptr<Training> train(const TrainerSettings& s, std::int64_t n, const Communicator& communicator,
                                bool in_double = true) {
  auto training = make_trainer(std::make_unique<VectorObjective>(n, in_double), s, parts_of(n), communicator);
  while (!training->is_done()) training->step(0.0);
  return training;
}

void expect_close(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], tolerance * std::abs(b[k])) << k;
}

std::vector<double> flat(const ModelFile& file) {
  std::vector<double> all;
  for (const auto& [name, weight] : file.weights) all.insert(all.end(), weight.values.begin(), weight.values.end());
  return all;
}

const Communicator& world() {
  static const Communicator communicator = Communicator::world();
  return communicator;
}

/// For names of files that no other run of this test has.
std::int64_t process_of_root() {
  std::int64_t id = getpid();
  world().broadcast(&id, 1);
  return id;
}

TEST(Trainer, LearnsTheSameOnAnyNumberOfRanks) {
  TrainerSettings s = settings();
  s.bucket_bytes = 512;
  const auto alone = train(s, 300, Communicator::self());
  const auto together = train(s, 300, world());
  ASSERT_GE(alone->step_losses().size(), 50u);
  expect_close(together->step_losses(), alone->step_losses(), 1e-10);
  expect_close(flat(together->best_model()), flat(alone->best_model()), 1e-8);
  ASSERT_EQ(alone->history().size(), 8u);
  for (std::size_t k = 0; k < 8; ++k) {
    const auto &a = together->history()[k], &b = alone->history()[k];
    expect_close(a.validation, b.validation, 1e-9);
    expect_close({a.loss, a.learning_rate, a.gradient_norm}, {b.loss, b.learning_rate, b.gradient_norm}, 1e-9);
  }
  EXPECT_LT(alone->history().back().validation[0], 0.5 * alone->history().front().validation[0]);
  if (world().size() > 1) {
    EXPECT_GT(together->overlap(), 0.5);
  }

  const auto samples = parts_of(300).test;
  const Assessment a = together->assess_best(samples), b = alone->assess_best(samples);
  expect_close(a.metrics, b.metrics, 1e-9);
  if (world().is_root()) {
    expect_close(a.output, b.output, 1e-8);
  }
}

TEST(Trainer, LearnsTheSameInSinglePrecisionTo5Digits) {
  const auto alone = train(settings(), 300, Communicator::self(), false);
  const auto together = train(settings(), 300, world(), false);
  const auto first_50 = [](const Training& training) {
    return std::vector<double>(training.step_losses().begin(), training.step_losses().begin() + 50);
  };
  expect_close(first_50(*together), first_50(*alone), 1e-5);
}

TEST(Trainer, TakesLossesOfDerivatives) {
  TrainerSettings s = settings();
  s.epochs = 4;
  s.learning_rate.epochs = 4;
  const auto run = [&s](const Communicator& communicator) {
    auto training = make_trainer(std::make_unique<VectorObjective>(300, true, true), s, parts_of(300), communicator);
    while (!training->is_done()) training->step(0.0);
    return training->step_losses();
  };
  const auto alone = run(Communicator::self());
  expect_close(run(world()), alone, 1e-10);
  EXPECT_LT(alone.back(), 0.9 * alone.front());
}

TEST(Trainer, DropoutIsTheSameOnAnyNumberOfRanksAndAfterARestart) {
  const std::string path =
      (std::filesystem::temp_directory_path() / fmt::format("dropout_test_{}_{}.h5", world().size(), process_of_root()))
          .string();
  const auto make = [](const Communicator& communicator, std::uint64_t member = 0, double rate = 0.3) {
    TrainerSettings s = settings();
    s.epochs = 4;
    s.learning_rate.epochs = 4;
    s.member = member;
    auto objective = std::make_unique<VectorObjective>(300);
    objective->dropout_rate = rate;
    return make_trainer(std::move(objective), s, parts_of(300), communicator);
  };
  const auto run = [](std::unique_ptr<Training> training) {
    while (!training->is_done()) training->step(0.0);
    return training->step_losses();
  };
  const auto alone = run(make(Communicator::self())), together = run(make(world()));
  expect_close(together, alone, 1e-10);
  EXPECT_GT(std::abs(alone[0] - run(make(Communicator::self(), 0, 0.0))[0]), 1e-3 * alone[0]);
  EXPECT_NE(alone, run(make(Communicator::self(), 1)));

  const auto first = make(world());
  for (int k = 0; k < 11; ++k) first->step(0.0);
  {
    CheckpointWriter out(world());
    first->save(out);
    out.write(path);
  }
  auto second = make(world());
  second->restore(CheckpointReader(world(), path));
  EXPECT_EQ(run(std::move(second)), together);
  if (world().is_root()) std::filesystem::remove(path);
}

TEST(Trainer, WeightsStayTheSameBitsOnAllRanks) {
  TrainerSettings s = settings();
  s.epochs = 2;
  const auto training = train(s, 300, world(), false);
  const auto mine = flat(training->best_model());
  auto roots = mine;
  world().broadcast(roots);
  EXPECT_EQ(mine, roots);
}

TEST(Trainer, RanksWithoutSamplesTakePart) {
  TrainerSettings s = settings();
  s.batch_size = 2;
  s.epochs = 2;
  s.bucket_bytes = 512;
  expect_close(train(s, 20, world())->step_losses(), train(s, 20, Communicator::self())->step_losses(), 1e-10);
}

TEST(Trainer, AResumedRunGoesOnBitwise) {
  const std::string path =
      (std::filesystem::temp_directory_path() / fmt::format("trainer_test_{}_{}.h5", world().size(), process_of_root()))
          .string();
  for (const char* optimizer : {"adamw", "sgd"}) {
    TrainerSettings s = settings();
    s.optimizer.kind = optimizer;
    s.epochs = 3;
    s.learning_rate.schedule = "plateau";
    s.learning_rate.patience = 1;
    s.early_stopping = 5;
    const auto whole = train(s, 300, world(), false);
    // Stopped inside an epoch, at the end of one, and before the first step.
    for (const int steps : {12, 16, 0}) {
      auto first = make_trainer(std::make_unique<VectorObjective>(300, false), s, parts_of(300), world());
      for (int k = 0; k < steps; ++k) first->step(0.0);
      {
        CheckpointWriter out(world());
        first->save(out);
        out.write(path);
      }
      auto second = make_trainer(std::make_unique<VectorObjective>(300, false), s, parts_of(300), world());
      second->step(0.0);  // restore() replaces whatever was there
      second->restore(CheckpointReader(world(), path));
      while (!second->is_done()) second->step(0.0);
      EXPECT_EQ(second->step_losses(), whole->step_losses()) << optimizer << steps;
      EXPECT_EQ(flat(second->best_model()), flat(whole->best_model()));
      ASSERT_EQ(second->history().size(), whole->history().size());
      for (std::size_t k = 0; k < whole->history().size(); ++k)
        EXPECT_EQ(second->history()[k].validation, whole->history()[k].validation);
    }
  }
  if (world().is_root()) std::filesystem::remove(path);
}

TEST(Trainer, AverageFollowsItsFormula) {
  TrainerSettings s = settings();
  s.epochs = 1;
  auto objective = std::make_unique<VectorObjective>(300);
  VectorObjective::NetImpl& net = objective->net();
  const auto present = [&net] {
    std::vector<double> all;
    for (const auto& item : net.named_parameters()) {
      const torch::Tensor v = item.value().detach().contiguous().view({-1});
      all.insert(all.end(), v.data_ptr<double>(), v.data_ptr<double>() + v.numel());
    }
    return all;
  };
  auto training = make_trainer(std::move(objective), s, parts_of(300), world());
  std::vector<double> average = present();
  double buffer = 0.0;
  for (int step = 1; !training->is_done(); ++step) {
    training->step(0.0);
    const auto now = present();
    const double decay = std::min(0.99, (1.0 + step) / (10.0 + step));
    for (std::size_t k = 0; k < now.size(); ++k) average[k] = decay * average[k] + (1.0 - decay) * now[k];
    buffer = decay * buffer + (1.0 - decay) * step;
  }
  std::vector<double> kept;
  const ModelFile best = training->best_model();
  for (const auto& item : net.named_parameters()) {
    const auto& values = best.weights.at(item.key()).values;
    kept.insert(kept.end(), values.begin(), values.end());
  }
  expect_close(kept, average, 1e-12);
  EXPECT_DOUBLE_EQ(net.running[0].item().toDouble(), static_cast<double>(training->n_steps()));
}

TEST(Trainer, ANotFiniteLossNamesItsBatch) {
  auto objective = std::make_unique<VectorObjective>(40);
  objective->spoil(17);
  auto training = make_trainer(std::move(objective), settings(), parts_of(40), world());
  std::string message;
  try {
    while (!training->is_done()) training->step(0.0);
  } catch (const CollectiveError& error) {
    message = error.what();
  }
  EXPECT_NE(message.find("the loss is nan"), std::string::npos) << message;
  EXPECT_NE(message.find(" vector-17"), std::string::npos) << message;
}

TEST(Trainer, FlagsOfAnyRankReachAll) {
  auto training = make_trainer(std::make_unique<VectorObjective>(40), settings(), parts_of(40), world());
  training->step(0.0);
  EXPECT_EQ(training->flag(), 0.0);
  training->step(world().rank() == world().size() - 1 ? 17.0 : world().rank() == 0 ? 2.0 : 0.0);
  EXPECT_EQ(training->flag(), 17.0);
}

TEST(Trainer, StopsEarlyAndKeepsTheBest) {
  TrainerSettings s = settings();
  s.epochs = 500;
  s.learning_rate.epochs = 500;
  s.learning_rate.schedule = "constant";
  s.learning_rate.base = 0.2;
  s.average_decay = 0.0;
  s.early_stopping = 2;
  const auto training = train(s, 60, world());
  ASSERT_TRUE(training->stopped_early());
  const auto& history = training->history();
  const auto best = std::min_element(history.begin(), history.end(), [](const EpochRecord& a, const EpochRecord& b) {
    return a.validation[0] < b.validation[0];
  });
  EXPECT_EQ(history.end() - best, 3);
  EXPECT_TRUE(best->is_best);
  EXPECT_NEAR(training->assess_best(parts_of(60).validation).metrics[0], best->validation[0], 1e-12);
}

}  // namespace
}  // namespace spinel
