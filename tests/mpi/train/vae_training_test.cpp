// Training of variational autoencoders of crystals: what is learned, on any number of ranks, and what the file keeps.
#include "train/objectives/vae_training.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "model/generators/generator_model.hpp"
#include "model/generators/latent_model.hpp"
#include "neighbor/crystal_graph.hpp"
#include "salts.hpp"

namespace spinel {
namespace {

/// Salts with graphs, a latent space and two properties: the edge, and one that sodium chloride has not.
struct EncodedSalts : Salts {
  EncodedSalts() {
    LatentArchitecture& latent = data.architecture.latent;
    data.architecture.kind = "crystal_vae";
    latent.size = 4;
    latent.head_width = 16;
    latent.encoder.kind = "cgcnn";
    latent.encoder.task = "classification";
    latent.encoder.n_classes = 8;
    latent.encoder.cgcnn.width = 16;
    latent.encoder.cgcnn.n_convolutions = 1;
    latent.encoder.cgcnn.hidden_width = 16;
    LatentProperty edge, excess;
    edge.name = "edge";
    edge.unit = "Å";
    excess.name = "excess";
    latent.properties = {edge, excess};
    const GraphSettings settings{latent.encoder.cgcnn.radius, static_cast<int>(latent.encoder.cgcnn.max_neighbors)};
    edge_offset = {0};
    for (std::int64_t k = 0; k < n; ++k) {
      const CrystalGraph graph = crystal_graph(cell_of(k), position.data() + 6 * k, 2, settings);
      for (int atom = 1; atom <= 2; ++atom)
        edge_offset.push_back(edge_offset[static_cast<std::size_t>(2 * k)] +
                              graph.offset[static_cast<std::size_t>(atom)]);
      neighbor.insert(neighbor.end(), graph.neighbor.begin(), graph.neighbor.end());
      distance.insert(distance.end(), graph.distance.begin(), graph.distance.end());
      excess_of.push_back(k % 2 == 0 ? 0.0 : cell_of(k)(0, 0) - 3.0);
    }
    data.graphs.atom_offset = offset.data();
    data.graphs.atomic_number = number.data();
    data.graphs.edge_offset = edge_offset.data();
    data.graphs.neighbor = neighbor.data();
    data.graphs.distance = distance.data();
    data.properties = {label.data(), excess_of.data()};
  }
  Mat3 cell_of(std::int64_t k) const {
    return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(cell.data() + 9 * k);
  }

  std::vector<std::int64_t> edge_offset;
  std::vector<std::int32_t> neighbor;
  std::vector<float> distance;
  std::vector<double> excess_of;
};

TrainerSettings settings(std::int64_t epochs) {
  TrainerSettings s;
  s.epochs = epochs;
  s.batch_size = 10;
  s.learning_rate.base = 5e-3;
  s.learning_rate.epochs = epochs;
  return s;
}

TEST(VaeTraining, LatentVectorsSayWhatTheirCrystalsAre) {
  EncodedSalts salts;
  const auto training =
      make_vae_training(salts.data, VaeLossWeights{}, settings(100), salts.parts(), Communicator::world());
  while (!training->is_done()) training->step(0.0);
  const auto& history = training->history();
  EXPECT_LT(history.back().validation[0], 0.5 * history.front().validation[0]);
  ASSERT_EQ(training->metrics().size(), 7u);
  EXPECT_EQ(training->metrics()[3].name, "kl");
  EXPECT_GT(history.back().validation[3], 1.0) << "the decoder is told nothing";
  EXPECT_LT(history.back().validation[5], 0.1) << "edge, Å";

  const ModelFile file = training->best_model();
  const GeneratorModel generator(file);
  EXPECT_TRUE(generator.architecture.has_latents());
  EXPECT_FALSE(generator.architecture.latent.properties[0].has_zeros);
  EXPECT_TRUE(generator.architecture.latent.properties[1].has_zeros);
  EXPECT_EQ(generator.architecture.latent.max_atoms, 2);
  LatentModel model(generator.architecture, file);
  for (std::int64_t k = 0; k < 30; ++k) {
    std::vector<double> mean(4), deviation(4);
    const std::uint8_t* atoms = salts.number.data() + 2 * k;
    const CrystalGraph graph =
        crystal_graph(salts.cell_of(k), salts.position.data() + 6 * k, 2, {model.radius(), model.max_neighbors()});
    model.encode({2, atoms, graph.offset.data(), graph.neighbor.data(), graph.distance.data(), nullptr}, mean.data(),
                 deviation.data());
    EXPECT_EQ(model.contents(mean.data()),
              (k % 2 == 0 ? std::vector<std::int32_t>{0, 1} : std::vector<std::int32_t>{1, 2}))
        << k;
    const auto said = model.properties(mean.data());
    EXPECT_NEAR(said[0], salts.cell_of(k)(0, 0), 0.15);
    EXPECT_NEAR(said[1], salts.excess_of[static_cast<std::size_t>(k)], 0.2);
    // It is one of those that the file keeps.
    EXPECT_LE(model.distance_from_crystals(mean.data(), nullptr), 1e-3);
  }
}

TEST(VaeTraining, RanksShareABatch) {
  const auto train = [](const Communicator& communicator) {
    EncodedSalts salts;
    VaeLossWeights weights;
    weights.warm_up = 2.0;
    auto training = make_vae_training(salts.data, weights, settings(3), salts.parts(), communicator);
    while (!training->is_done()) training->step(0.0);
    return training;
  };
  const auto together = train(Communicator::world()), alone = train(Communicator::self());
  for (std::size_t epoch = 0; epoch < 3; ++epoch)
    for (std::size_t metric = 0; metric < together->metrics().size(); ++metric) {
      const double one = alone->history()[epoch].validation[metric],
                   many = together->history()[epoch].validation[metric];
      EXPECT_NEAR(one, many, 2e-3 * (0.1 + std::abs(one))) << epoch << " " << together->metrics()[metric].name;
    }
  EXPECT_NEAR(together->step_losses()[0], alone->step_losses()[0], 1e-5 * alone->step_losses()[0]);
}

TEST(VaeTraining, BeginsWithTheWeightsOfAFlow) {
  EncodedSalts salts;
  GeneratorTrainingData flow = salts.data;
  flow.architecture.kind = "crystal_flow";
  flow.architecture.latent = {};
  flow.properties.clear();
  const auto first = make_generator_training(flow, settings(40), salts.parts(), Communicator::world());
  while (!first->is_done()) first->step(0.0);
  const ModelFile file = first->best_model();
  salts.data.initial = std::make_shared<const GeneratorModel>(file);
  const auto second =
      make_vae_training(salts.data, VaeLossWeights{}, settings(1), salts.parts(), Communicator::world());
  const EncodedSalts fresh;
  const auto anew = make_vae_training(fresh.data, VaeLossWeights{}, settings(1), salts.parts(), Communicator::world());
  while (!second->is_done()) second->step(0.0);
  while (!anew->is_done()) anew->step(0.0);
  const double coordinates = second->history()[0].validation[1] + second->history()[0].validation[2];
  EXPECT_LT(coordinates, 0.8 * (anew->history()[0].validation[1] + anew->history()[0].validation[2]));
  EXPECT_LT(coordinates, 1.3 * (first->history().back().validation[1] + first->history().back().validation[2]));
}

}  // namespace
}  // namespace spinel
