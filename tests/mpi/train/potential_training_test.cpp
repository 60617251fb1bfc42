#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "../network/random_potential.hpp"
#include "io/dataset/dataset.hpp"
#include "train/data/graph_set.hpp"
#include "train/objectives/potential_objective.hpp"

namespace spinel {
namespace {

using torch::Tensor;

/// Labeled structures, the same on any number of ranks: bulk of one to seven atoms, a slab, a molecule, an atom alone;
/// one without energy, one without forces, few with a stress.
class SomeStructures {
 public:
  explicit SomeStructures(const Communicator& communicator, int n = 40)
      : data_(records(communicator, n), "made", communicator), graphs_(data_, {2.4, 0}, "") {}

  PotentialTrainingData operator()(const std::string& kind, bool single) const {
    PotentialTrainingData d;
    d.n_structures = data_.n_structures();
    d.atom_offset = data_.atom_offset();
    d.atomic_number = data_.atomic_number();
    d.position = data_.position();
    d.cell = data_.cell();
    d.periodic = data_.periodic();
    d.energy = data_.scalar("energy");
    d.force = data_.force();
    d.stress = data_.stress();
    d.edge_offset = graphs_.edge_offset();
    d.neighbor = graphs_.neighbor();
    d.image = graphs_.image();
    d.name = [this](std::int64_t i) { return data_.id(i); };
    d.initial = testing_support::random_potential(kind);
    d.single_precision = single;
    return d;
  }

 private:
  static DatasetRecords records(const Communicator& communicator, int n) {
    const Random random(4, RandomPurpose::test);
    DatasetRecords result;
    for (int k = 0; k < n; ++k) {
      if (k * communicator.size() / n != communicator.rank()) continue;
      const auto number = [&](std::uint64_t what) { return random.normal3(static_cast<std::uint64_t>(k), what)[0]; };
      Structure s;
      const int count = 1 + k % 7;
      const double edge = 2.2 * std::cbrt(count) + 0.1 * (k % 3);
      s.cell = edge * Mat3::Identity();
      s.cell(1, 0) = 0.2 * (k % 4);
      if (k % 11 == 5) s.periodic[2] = false;
      if (k % 11 == 7) s.periodic = {false, false, false};
      s.species = {{"Ar", 18, 39.9}, {"Kr", 36, 83.8}, {"Xe", 54, 131.3}};
      for (int i = 0; i < count; ++i) {
        s.type.push_back((i + k) % 3);
        const auto u = random.uniform4(static_cast<std::uint64_t>(k), static_cast<std::uint64_t>(i), 1);
        s.position.emplace_back(edge * (i % 2 * 0.5 + 0.15 * u[0]), edge * (i / 2 % 2 * 0.5 + 0.15 * u[1]),
                                edge * (i / 4 * 0.5 + 0.15 * u[2]));
      }
      if (k % 11 == 9) s.position.resize(1), s.type.resize(1), s.periodic = {false, false, false};
      if (k != 3)
        for (std::size_t i = 0; i < s.size(); ++i) s.force.emplace_back(number(2 + i), number(20 + i), number(40 + i));
      if (k != 4) s.info["energy"] = fmt::format("{}", number(0) - 2.0 * static_cast<double>(s.size()));
      if (k % 3 == 0)
        s.info["stress"] =
            fmt::format("{} {} {} {} {} {}", number(60), number(61), number(62), number(63), number(64), number(65));
      result.add(s, "s" + std::to_string(k));
    }
    return result;
  }

  Dataset data_;
  GraphSet graphs_;
};

DataParts parts_of(std::int64_t n) {
  DataParts parts;
  for (std::int64_t i = 0; i < n; ++i) (i % 8 == 1 ? parts.test : parts.train).push_back(i);
  return parts;
}

TrainerSettings settings() {
  TrainerSettings s;
  s.epochs = 10;
  s.batch_size = 7;
  s.seed = 5;
  s.learning_rate.epochs = s.epochs;
  s.learning_rate.base = 3e-3;
  s.clip_norm = 10.0;
  return s;
}

TrainParameters loss_of(const std::string& kind) {
  TrainParameters loss;
  loss.loss = kind;
  loss.huber_delta = 0.4;
  loss.energy_weight = {5.0};
  loss.stress_weight = {30.0};
  return loss;
}

class PotentialObjectives : public testing::TestWithParam<std::string> {};

/// The gradient of a loss of forces and stresses, which are derivatives themselves.
TEST_P(PotentialObjectives, GradientsAreDerivativesOfTheLoss) {
  if (Communicator::world().size() > 1) GTEST_SKIP() << "every rank would do the same by itself";
  const auto self = Communicator::self();
  const SomeStructures structures(self);
  const DataParts parts = parts_of(40);
  for (const std::string kind : {"l2", "huber"}) {
    const auto objective =
        make_potential_objective(structures(GetParam(), false), loss_of(kind), settings(), parts.train, self);
    objective->begin_epoch(3);
    const std::vector<std::int64_t> samples(parts.train.begin(), parts.train.begin() + 12);
    auto weights = objective->module().parameters();
    objective->loss({samples, 12}).backward({}, false, false, weights);
    torch::manual_seed(7);
    std::vector<Tensor> direction;
    double slope = 0.0;
    for (const Tensor& w : weights) {
      direction.push_back(torch::randn_like(w));
      slope += (direction.back() * w.grad()).sum().item<double>();
    }
    const auto at = [&](double step) {
      {
        const torch::NoGradGuard no_gradient;
        for (std::size_t k = 0; k < weights.size(); ++k) weights[k].add_(direction[k], step);
      }
      const double value = objective->loss({samples, 12}).item<double>();
      const torch::NoGradGuard no_gradient;
      for (std::size_t k = 0; k < weights.size(); ++k) weights[k].sub_(direction[k], step);
      return value;
    };
    const double h = 1e-5, numeric = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
    // The second derivative of huber jumps where an error crosses its delta.
    EXPECT_NEAR(numeric, slope, (kind == "l2" ? 2e-6 : 2e-5) * (std::abs(slope) + 1.0)) << kind;
  }
}

TEST_P(PotentialObjectives, LearnTheSameOnAnyNumberOfRanks) {
  if (Communicator::world().size() == 1) GTEST_SKIP() << "compares one rank with several";
  const auto world = Communicator::world(), self = Communicator::self();
  const SomeStructures shared(world), own(self);
  const DataParts parts = parts_of(40);
  const auto train = [&](const SomeStructures& structures, const Communicator& communicator, bool single) {
    auto training =
        make_potential_training(structures(GetParam(), single), loss_of("huber"), settings(), parts, communicator);
    while (!training->is_done()) training->step(0.0);
    return training;
  };
  const auto alone = train(own, self, false), together = train(shared, world, false),
             single = train(shared, world, true);
  ASSERT_GE(alone->step_losses().size(), 50u);
  for (std::size_t k = 0; k < 50; ++k) {
    const double expected = alone->step_losses()[k];
    EXPECT_NEAR(together->step_losses()[k], expected, 1e-9 * expected) << k;
    EXPECT_NEAR(single->step_losses()[k], expected, 2e-2 * expected) << k;
  }
  const auto mean = [&](std::size_t first) {
    double sum = 0.0;
    for (std::size_t k = first; k < first + 10; ++k) sum += alone->step_losses()[k] / 10.0;
    return sum;
  };
  EXPECT_LT(mean(40), mean(0));
  const Assessment a = alone->assess_best(parts.test), b = together->assess_best(parts.test);
  for (std::size_t k = 0; k < a.metrics.size(); ++k) EXPECT_NEAR(b.metrics[k], a.metrics[k], 1e-8 * a.metrics[k]);
  if (!world.is_root()) return;
  ASSERT_EQ(a.output.size(), b.output.size());
  for (std::size_t k = 0; k < a.output.size(); ++k) {
    if (std::isnan(a.output[k])) continue;
    EXPECT_NEAR(b.output[k], a.output[k], 1e-7 * std::max(1.0, std::abs(a.output[k])));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, PotentialObjectives, testing::ValuesIn(testing_support::potential_kinds()),
                         [](const auto& one) { return one.param; });

TEST(PotentialTraining, WeightsOfTheLossChangeWithTheEpoch) {
  const auto self = Communicator::self();
  const SomeStructures structures(self);
  const DataParts parts = parts_of(40);
  TrainParameters loss = loss_of("l2");
  loss.energy_weight = {1.0, 20.0};
  const auto at = [&](std::int64_t epoch) {
    const auto objective = make_potential_objective(structures("schnet", false), loss, settings(), parts.train, self);
    objective->begin_epoch(epoch);
    return objective->loss({parts.train, 35}).item<double>();
  };
  const double first = at(0), last = at(9);  // of 10
  EXPECT_GT(last, first);
  EXPECT_NEAR(at(3), first + (last - first) / 3.0, 1e-12 * last);
  loss.weight_schedule = "step";
  EXPECT_EQ(at(6), first);  // 6/9 is below 0.75, 7/9 above
  EXPECT_NEAR(at(7), last, 1e-12 * last);
}

TEST(PotentialTraining, ANewModelBeginsAtTheReferencesOfItsElements) {
  const auto self = Communicator::self();
  const SomeStructures structures(self);
  PotentialTrainingData data = structures("painn", false);
  data.initial.reset();
  data.network.kind = "painn";
  data.network.width = 16;
  data.network.cutoff = 2.4;
  data.elements = {"Kr", "Ar", "Xe"};
  const DataParts parts = parts_of(40);
  const auto objective = make_potential_objective(data, {}, settings(), parts.train, self);
  const auto json = nlohmann::json::parse(objective->model_file().architecture);
  for (const double energy : json["element_refs"]) EXPECT_NEAR(energy, -2.0, 1.0);
  double square = 0.0, n = 0.0;
  for (const std::int64_t s : parts.train)
    for (std::int64_t k = 3 * data.atom_offset[s]; k < 3 * data.atom_offset[s + 1]; ++k)
      if (std::isfinite(data.force[k])) square += data.force[k] * data.force[k], n += 1.0;
  EXPECT_NEAR(json["data_std"].get<double>(), std::sqrt(square / n), 1e-12);
}

TEST(PotentialTraining, NamesAnElementThatTheModelLacks) {
  const auto self = Communicator::self();
  const SomeStructures structures(self);
  PotentialTrainingData data = structures("schnet", false);
  auto json = nlohmann::json::parse(data.initial->architecture);
  json["element_types"] = {"Ar", "Kr", "He"};
  data.initial->architecture = json.dump();
  try {
    make_potential_objective(data, {}, settings(), parts_of(40).train, self);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("holds Xe, which the model does not know: it covers Ar Kr He"),
              std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace spinel
