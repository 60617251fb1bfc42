#include "network/properties/cgcnn.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "core/random.hpp"
#include "model/crystal_inputs.hpp"
#include "model/property_predictor.hpp"

namespace spinel {
namespace {

using torch::Tensor;

PropertyArchitecture small_architecture(std::int64_t width) {
  PropertyArchitecture a;
  a.elements = common_elements();
  a.cgcnn.width = width;
  // Gaussians of which more overlap than one block of the kernels holds.
  if (width > 32) a.cgcnn.gaussian_width = 0.5;
  a.cgcnn.n_convolutions = 2;
  a.cgcnn.hidden_width = 16;
  a.cgcnn.n_hidden = 2;
  return a;
}

/// Crystals of 1 to 5 atoms with 0 to 14 edges each to random atoms of the same crystal.
struct Crystals {
  std::vector<std::int64_t> atom_offset = {0}, edge_offset = {0};
  std::vector<std::uint8_t> atomic_number;
  std::vector<std::int32_t> neighbor;
  std::vector<float> distance;

  explicit Crystals(int n) {
    const Random random(11, RandomPurpose::test);
    for (int k = 0; k < n; ++k) {
      RandomSequence u(random, 0, static_cast<std::uint64_t>(k));
      const int n_atoms = 1 + static_cast<int>(5.0 * u.uniform());
      for (int i = 0; i < n_atoms; ++i) {
        atomic_number.push_back(static_cast<std::uint8_t>(1 + 90.0 * u.uniform()));
        const int n_edges = static_cast<int>(15.0 * u.uniform());
        for (int e = 0; e < n_edges; ++e) {
          neighbor.push_back(static_cast<std::int32_t>(n_atoms * u.uniform()));
          distance.push_back(static_cast<float>(e == 0 ? 9.0 : 0.5 + 7.5 * u.uniform()));
        }
        edge_offset.push_back(static_cast<std::int64_t>(neighbor.size()));
      }
      atom_offset.push_back(static_cast<std::int64_t>(atomic_number.size()));
    }
  }
  CrystalArrays arrays() const {
    return {atom_offset.data(), atomic_number.data(), edge_offset.data(), neighbor.data(), distance.data(), nullptr, 0};
  }
  CrystalBatch batch(const std::vector<std::int64_t>& samples) const {
    return gather_crystals(arrays(), samples.data(), samples.size());
  }
};

std::vector<std::int64_t> share(int n, int rank, int size) {
  std::vector<std::int64_t> mine;
  for (int k = rank; k < n; k += size) mine.push_back(k);
  return mine;
}

struct Outcome {
  Tensor values;
  std::map<std::string, Tensor> gradients, buffers;
};

/// One training step's numbers: Σ of a smooth function of the outputs, and its gradients.
Outcome step(Cgcnn& model, const CrystalBatch& batch) {
  model.zero_grad();
  Outcome out;
  const Tensor y = model.forward(batch);
  torch::tanh(y).sum().backward();
  out.values = y.detach();
  for (const auto& p : model.named_parameters()) out.gradients[p.key()] = p.value().grad().clone();
  for (const auto& b : model.named_buffers()) out.buffers[b.key()] = b.value().clone();
  return out;
}

std::shared_ptr<Cgcnn> make_model(std::int64_t width, torch::ScalarType type) {
  auto model = std::dynamic_pointer_cast<Cgcnn>(make_property_model(small_architecture(width), 5));
  const torch::NoGradGuard no_gradient;
  // Batch norm away from its start, so that its weights matter.
  for (auto& p : model->named_parameters())
    if (p.key().find("bn") != std::string::npos)
      p.value().add_(0.3 * torch::sin(torch::arange(p.value().numel(), torch::kFloat)));
  model->to(type);
  return model;
}

double difference(const Tensor& a, const Tensor& b) {
  return ((a - b).abs().max() / (b.abs().max() + 1e-30)).item<double>();
}

void expect_close(const Outcome& a, const Outcome& b, double tolerance) {
  EXPECT_LT(difference(a.values, b.values), tolerance);
  for (const auto& [name, gradient] : b.gradients) {
    // Zero but for rounding: batch norm takes the mean away again.
    if (name.find("fc_full.bias") != std::string::npos) continue;
    EXPECT_LT(difference(a.gradients.at(name), gradient), tolerance) << name;
  }
  for (const auto& [name, buffer] : b.buffers) EXPECT_LT(difference(a.buffers.at(name), buffer), tolerance) << name;
}

TEST(Cgcnn, FusedKernelsEqualTorchOperations) {
  const Crystals crystals(40);
  const CrystalBatch batch = crystals.batch(share(40, 0, 1));
  for (const std::int64_t width : {16, 48}) {
    auto plain = make_model(width, torch::kDouble), fused = make_model(width, torch::kDouble);
    plain->fused = false;
    const Outcome exact = step(*plain, batch);
    expect_close(step(*fused, batch), exact, 1e-11);
    auto single = make_model(width, torch::kFloat);
    Outcome rounded = step(*single, batch);
    expect_close(rounded, exact, 5e-5);
    plain->eval();
    fused->eval();
    const torch::NoGradGuard no_gradient;
    EXPECT_LT(difference(fused->forward(batch), plain->forward(batch)), 1e-9);
  }
}

TEST(Cgcnn, FiniteDifferences) {
  const Crystals crystals(12);
  const CrystalBatch batch = crystals.batch(share(12, 0, 1));
  auto model = make_model(16, torch::kDouble);
  const Outcome at = step(*model, batch);
  for (auto& p : model->named_parameters()) {
    Tensor weight = p.value();
    for (const std::int64_t place : {std::int64_t{0}, weight.numel() / 2, weight.numel() - 1}) {
      const double h = 1e-5;
      double value[2];
      for (const int side : {0, 1}) {
        const torch::NoGradGuard no_gradient;
        double* x = weight.data_ptr<double>() + place;
        const double before = *x;
        *x += side == 0 ? -h : h;
        value[side] = torch::tanh(model->forward(batch)).sum().item<double>();
        *x = before;
      }
      EXPECT_NEAR((value[1] - value[0]) / (2 * h), at.gradients.at(p.key()).flatten()[place].item<double>(), 2e-7)
          << p.key() << " " << place;
    }
  }
}

TEST(Cgcnn, OneBatchOverRanks) {
  const auto world = Communicator::world();
  const Crystals crystals(13);
  for (const bool fused : {true, false}) {
    auto whole = make_model(32, torch::kDouble), part = make_model(32, torch::kDouble);
    whole->fused = part->fused = fused;
    const Outcome alone = step(*whole, crystals.batch(share(13, 0, 1)));
    part->set_communicator(&world);
    // Rank 0 has nothing where there are others.
    const auto mine = world.size() == 1 ? share(13, 0, 1)
                      : world.is_root() ? std::vector<std::int64_t>()
                                        : share(13, world.rank() - 1, world.size() - 1);
    Outcome together = step(*part, crystals.batch(mine));
    for (auto& [name, gradient] : together.gradients)
      world.sum(gradient.data_ptr<double>(), static_cast<std::size_t>(gradient.numel()));
    together.values = torch::Tensor(alone.values);
    expect_close(together, alone, 1e-11);
  }
}

TEST(Cgcnn, PredictorWithoutTorch) {
  const Crystals crystals(30);
  // 20: padded by the kernels.
  for (const std::int64_t width : {16, 20, 48}) {
    auto model = make_model(width, torch::kFloat);
    step(*model, crystals.batch(share(30, 0, 1)));
    model->set_normalization(-1.5, 0.75);
    model->eval();
    const auto predictor = make_property_predictor(model->to_model_file());
    EXPECT_EQ(predictor->radius(), 8.0);
    EXPECT_EQ(predictor->max_neighbors(), 12);
    const torch::NoGradGuard no_gradient;
    const Tensor expected = model->forward(crystals.batch(share(30, 0, 1)));
    for (std::size_t k = 0; k < 30; ++k) {
      const auto first = static_cast<std::size_t>(crystals.atom_offset[k]),
                 last = static_cast<std::size_t>(crystals.atom_offset[k + 1]);
      std::vector<std::int32_t> row;
      for (std::size_t a = first; a <= last; ++a)
        row.push_back(static_cast<std::int32_t>(crystals.edge_offset[a] - crystals.edge_offset[first]));
      CrystalInput crystal;
      crystal.n_atoms = last - first;
      crystal.atomic_number = crystals.atomic_number.data() + first;
      crystal.row = row.data();
      crystal.neighbor = crystals.neighbor.data() + crystals.edge_offset[first];
      crystal.distance = crystals.distance.data() + crystals.edge_offset[first];
      double value = 0.0;
      predictor->predict(crystal, &value);
      EXPECT_NEAR(value, 0.75 * expected[static_cast<std::int64_t>(k)].item<double>() - 1.5, 1e-5);
    }
  }
}

TEST(Perceptron, PredictorWithoutTorch) {
  const Crystals crystals(30);
  PropertyArchitecture a;
  a.kind = "mlp";
  a.elements = common_elements();
  a.mlp.widths = {24, 10};
  a.mlp.descriptors = {"first", "second"};
  const ElementPlaces places(a.elements);
  for (const char* activation : {"silu", "relu"}) {
    a.mlp.activation = activation;
    const auto width = static_cast<std::size_t>(a.mlp.n_inputs(a.elements.size()));
    std::vector<float> inputs(30 * width), descriptors;
    for (std::size_t k = 0; k < 30; ++k) {
      const auto first = static_cast<std::size_t>(crystals.atom_offset[k]),
                 last = static_cast<std::size_t>(crystals.atom_offset[k + 1]);
      std::vector<std::int32_t> place;
      for (std::size_t i = first; i < last; ++i) place.push_back(places.at(crystals.atomic_number[i]));
      float* row = inputs.data() + k * width;
      composition_inputs(a, crystals.atomic_number.data() + first, place.data(), last - first, row);
      for (int d = 0; d < 2; ++d)
        descriptors.push_back(row[width - 2 + static_cast<std::size_t>(d)] = std::sin(3.0f * k + d));
    }
    CrystalArrays arrays = crystals.arrays();
    arrays.descriptor = inputs.data();
    arrays.descriptor_width = static_cast<std::int64_t>(width);
    const auto all = share(30, 0, 1);
    const auto model = make_property_model(a, 3);
    model->fit_inputs(arrays, all.data(), all.size());
    const auto predictor = make_property_predictor(model->to_model_file());
    const torch::NoGradGuard no_gradient;
    const Tensor expected = model->forward(gather_crystals(arrays, all.data(), all.size()));
    for (std::size_t k = 0; k < 30; ++k) {
      CrystalInput crystal;
      crystal.n_atoms = static_cast<std::size_t>(crystals.atom_offset[k + 1] - crystals.atom_offset[k]);
      crystal.atomic_number = crystals.atomic_number.data() + crystals.atom_offset[k];
      crystal.descriptor = descriptors.data() + 2 * k;
      double value = 0.0;
      predictor->predict(crystal, &value);
      EXPECT_NEAR(value, expected[static_cast<std::int64_t>(k)].item<double>(), 1e-5);
    }
  }
}

TEST(Cgcnn, ModelFileBringsItBack) {
  const Crystals crystals(6);
  const CrystalBatch batch = crystals.batch(share(6, 0, 1));
  auto model = make_model(16, torch::kFloat);
  model->set_normalization(-1.5, 0.75);
  step(*model, batch);
  model->eval();
  const torch::NoGradGuard no_gradient;
  const auto again = load_property_model(model->to_model_file());
  EXPECT_TRUE(torch::equal(again->forward(batch), model->forward(batch)));
  EXPECT_EQ(again->architecture().mean, -1.5);
  EXPECT_EQ(again->architecture().std, 0.75);
  ModelFile broken = model->to_model_file();
  broken.path = "broken.h5";
  broken.weights["convs.1.bn1.running_var"].dims = {3};
  try {
    load_property_model(broken);
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "model 'broken.h5': weight 'convs.1.bn1.running_var' has the shape (3) where its architecture needs "
                 "(32)");
  }
}

}  // namespace
}  // namespace spinel
