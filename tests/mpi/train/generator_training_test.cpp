// Training of generators: the loss that the network of torch gives, its gradient, and what is kept in a model file.
#include "train/objectives/generator_training.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "model/generators/generator_model.hpp"
#include "salts.hpp"

namespace spinel {
namespace {

TrainerSettings settings(std::int64_t epochs) {
  TrainerSettings s;
  s.epochs = epochs;
  s.batch_size = 10;
  s.learning_rate.base = 5e-3;
  s.learning_rate.epochs = epochs;
  return s;
}

TEST(GeneratorTraining, LossFallsAndTheModelKeepsWhatItNeeds) {
  for (const char* kind : {"crystal_flow", "crystal_diffusion"}) {
    Salts salts;
    salts.data.architecture.kind = kind;
    salts.data.architecture.levels = 100;
    salts.data.architecture.generates_types = true;
    GeneratorCondition edge;
    edge.name = "edge";
    edge.unit = "Å";
    salts.data.architecture.conditions = {edge};
    salts.data.conditions = {salts.label.data()};
    const auto training = make_generator_training(salts.data, settings(60), salts.parts(), Communicator::world());
    while (!training->is_done()) training->step(0.0);
    const auto& history = training->history();
    EXPECT_LT(history.back().validation[0], 0.75 * history.front().validation[0]) << kind;
    EXPECT_EQ(training->metrics().size(), 4u);
    const ModelFile file = training->best_model();
    const GeneratorModel model(file);
    EXPECT_EQ(model.architecture.elements, (std::vector<std::string>{"Na", "Cl", "Cs"}));
    EXPECT_EQ(model.architecture.conditions[0].name, "edge");
    EXPECT_EQ(model.architecture.conditions[0].unit, "Å");
    EXPECT_NEAR(model.architecture.conditions[0].lowest, 3.5, 1e-12);
    EXPECT_EQ(model.statistics.size(), 2u);
    EXPECT_EQ(model.weights.size(), Denoiser<float>(model.architecture.shape()).n_parameters());
    EXPECT_NEAR(model.architecture.lattice_mean[0], 0.0, 1e-12);
    EXPECT_GT(model.architecture.lattice_std[5], 0.01);
  }
}

TEST(GeneratorTraining, TheSameSeedGivesTheSameModel) {
  const auto weights_of = [](std::uint64_t seed) {
    Salts salts;
    TrainerSettings s = settings(3);
    s.seed = seed;
    const auto training = make_generator_training(salts.data, s, salts.parts(), Communicator::world());
    while (!training->is_done()) training->step(0.0);
    return GeneratorModel(training->best_model()).weights;
  };
  EXPECT_EQ(weights_of(1), weights_of(1));
  EXPECT_NE(weights_of(1), weights_of(2));
}

}  // namespace
}  // namespace spinel
