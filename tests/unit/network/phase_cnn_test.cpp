#include "network/phases/phase_cnn.hpp"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/nn/functional/padding.h>
#include <torch/types.h>

#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "kernel/spin_patterns.hpp"

namespace spinel {
namespace {

/// Random spins of a lattice, as bits and as ±1.
struct Spins {
  std::int64_t lx, ly;
  std::vector<std::uint8_t> bits;
  torch::Tensor value;  // [y][x]

  Spins(std::int64_t x_edge, std::int64_t y_edge, std::uint64_t stream = 0) : lx(x_edge), ly(y_edge) {
    bits.assign(static_cast<std::size_t>(ly * ((lx + 7) / 8)), 0);
    value = torch::empty({ly, lx});
    RandomSequence sequence(Random(5, RandomPurpose::test), stream, 0);
    for (std::int64_t y = 0; y < ly; ++y)
      for (std::int64_t x = 0; x < lx; ++x) {
        const bool up = sequence.uniform() < 0.5;
        value[y][x] = up ? 1.0F : -1.0F;
        if (up) bits[static_cast<std::size_t>(y * ((lx + 7) / 8) + x / 8)] |= static_cast<std::uint8_t>(1 << (x % 8));
      }
  }
  torch::Tensor patterns(const LatticeSymmetry& symmetry = {}) const {
    torch::Tensor result = torch::empty({1, ly, lx}, torch::kShort);
    spin_patterns(bits.data(), lx, ly, symmetry, result.data_ptr<std::int16_t>());
    return result;
  }
  torch::Tensor blocks(std::int64_t n, const LatticeSymmetry& symmetry = {}) const {
    torch::Tensor result = torch::empty({1, n, n});
    block_spins(bits.data(), lx, ly, symmetry, n, result.data_ptr<float>());
    return result;
  }
};

/// The same with torch's own operations.
torch::Tensor transformed(torch::Tensor spins, const LatticeSymmetry& s) {
  if (s.transpose) spins = spins.t();
  // x → −x on the periodic lattice keeps column 0.
  if (s.flip_x) spins = torch::roll(spins.flip({1}), {1}, {1});
  if (s.flip_y) spins = torch::roll(spins.flip({0}), {1}, {0});
  return (s.flip_spins ? -1.0 : 1.0) * torch::roll(spins, {s.dy, s.dx}, {0, 1}).contiguous();
}

std::vector<LatticeSymmetry> symmetries(bool square) {
  std::vector<LatticeSymmetry> result;
  for (int operation = 0; operation < 16; ++operation) {
    LatticeSymmetry s;
    s.dx = 3 * operation - 7;
    s.dy = 5 - 2 * operation;
    s.flip_x = (operation & 1) != 0;
    s.flip_y = (operation & 2) != 0;
    s.transpose = square && (operation & 4) != 0;
    s.flip_spins = (operation & 8) != 0;
    result.push_back(s);
  }
  return result;
}

TEST(SpinPatterns, AreTheNeighborhoodsOfTransformedSpins) {
  for (const auto& [lx, ly] : {std::pair{12, 12}, {16, 10}, {4, 4}, {70, 6}}) {
    const Spins spins(lx, ly);
    for (const LatticeSymmetry& s : symmetries(lx == ly)) {
      const torch::Tensor expected = transformed(spins.value, s);
      const torch::Tensor patterns = spins.patterns(s)[0];
      torch::Tensor rebuilt = torch::zeros({ly, lx}, torch::kLong);
      for (int dx = -1; dx <= 1; ++dx)
        for (int dy = -1; dy <= 1; ++dy)
          rebuilt += (torch::roll(expected, {-dy, -dx}, {0, 1}) > 0).to(torch::kLong) * (1 << (3 * (dx + 1) + dy + 1));
      ASSERT_TRUE(torch::equal(rebuilt, patterns.to(torch::kLong))) << lx << " × " << ly;
    }
  }
}

TEST(SpinPatterns, BlockSpinsAreAverages) {
  const Spins spins(24, 24);
  for (const LatticeSymmetry& s : symmetries(true)) {
    const torch::Tensor expected = torch::avg_pool2d(transformed(spins.value, s).unsqueeze(0), {4, 4});
    EXPECT_TRUE(torch::allclose(spins.blocks(6, s), expected, 0.0, 1e-6));
  }
}

TEST(PoolingPlan, ReducesAnyEdgeToAFewBlocks) {
  for (std::int64_t edge = 4; edge <= 300; edge += 2) {
    const PoolingPlan plan = pooling_plan(edge);
    EXPECT_EQ(plan.first * plan.second * plan.blocks, edge);
    EXPECT_GE(plan.first, plan.second);
    EXPECT_LE(plan.blocks, 8);
  }
  EXPECT_EQ(pooling_plan(64).blocks, 4);
  EXPECT_EQ(pooling_plan(64).first, 4);
  EXPECT_EQ(pooling_plan(10).blocks, 5);
}

torch::Tensor circular(const torch::Tensor& x) {
  namespace F = torch::nn::functional;
  return F::pad(x, F::PadFuncOptions({1, 1, 1, 1}).mode(torch::kCircular));
}

/// The network written with torch's own convolutions on the spins.
torch::Tensor plain(PhaseCnn& network, torch::Tensor h, const PoolingPlan& plan) {
  const auto w = network.named_parameters();
  const auto layer = [&](const char* n, std::int64_t pool) {
    h = torch::relu(
        torch::conv2d(circular(h), w[fmt::format("convolution{}_weight", n)], w[fmt::format("convolution{}_bias", n)]));
    if (pool > 1) h = torch::avg_pool2d(h, {pool, pool});
  };
  layer("1", plan.first);
  layer("2", plan.second);
  layer("3", 1);
  return torch::linear(h.mean({2, 3}), w["head_weight"], w["head_bias"]);
}

void expect_same_with_gradients(PhaseCnn& network, const torch::Tensor& a, const torch::Tensor& b) {
  ASSERT_TRUE(torch::allclose(a, b, 1e-4, 1e-5)) << a << b;
  const auto weights = network.parameters();
  const auto slope_a = torch::autograd::grad({a.square().sum()}, weights);
  const auto slope_b = torch::autograd::grad({b.square().sum()}, weights);
  for (std::size_t k = 0; k < weights.size(); ++k)
    EXPECT_TRUE(torch::allclose(slope_a[k], slope_b[k], 1e-3, 1e-4 * slope_b[k].abs().max().item<double>())) << k;
}

TEST(PhaseCnn, IsThatOfPlainConvolutions) {
  for (const std::int64_t edge : {16, 24, 32}) {
    const Spins spins(edge, edge, 1);
    PhaseCnn of_spins({0, {5, 6, 7}, 2}, 1), of_blocks({8, {5, 6, 7}, 2}, 1);
    expect_same_with_gradients(of_spins, of_spins.forward(spins.patterns()),
                               plain(of_spins, spins.value.reshape({1, 1, edge, edge}), pooling_plan(edge)));
    expect_same_with_gradients(of_blocks, of_blocks.forward(spins.blocks(8)),
                               plain(of_blocks, spins.blocks(8).unsqueeze(1), {2, 2, 2}));
  }
}

TEST(PhaseCnn, DependsOnSeedAndMember) {
  const Spins spins(16, 16);
  const auto logit = [&](std::uint64_t seed, std::uint64_t member) {
    return PhaseCnn({}, seed, member).forward(spins.blocks(8))[0][0].item<float>();
  };
  EXPECT_EQ(logit(1, 0), logit(1, 0));
  EXPECT_NE(logit(1, 0), logit(1, 1));
  EXPECT_NE(logit(1, 0), logit(2, 0));
}

TEST(PhaseCnn, SurvivesItsModelFile) {
  const Spins spins(16, 16);
  PhaseCnn network({8, {4, 5, 6}, 3}, 9);
  ModelFile file = network.to_model_file();
  const auto again = load_phase_cnn(file);
  EXPECT_EQ(again->architecture().widths, (std::vector<std::int64_t>{4, 5, 6}));
  EXPECT_TRUE(torch::equal(again->forward(spins.blocks(8)), network.forward(spins.blocks(8))));
  file.weights.erase("head_bias");
  EXPECT_THROW(load_phase_cnn(file), InputError);
  file = network.to_model_file();
  file.architecture = R"({"kind": "phase_cnn", "blocks": 8, "widths": [4, 5, 7], "outputs": 3})";
  EXPECT_THROW(load_phase_cnn(file), InputError);
  file.architecture = R"({"kind": "m3gnet"})";
  EXPECT_THROW(load_phase_cnn(file), InputError);
}

}  // namespace
}  // namespace spinel
