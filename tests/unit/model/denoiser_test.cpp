// The periodic denoiser: what must not change its answers, and its gradients.
#include "model/generators/denoiser.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <type_traits>
#include <utility>

#include "core/random.hpp"

namespace spinel {
namespace {

/// Crystals of 1, 4, 7 and 2 atoms with random everything.
struct Example {
  explicit Example(std::size_t width = 32) {
    shape.width = width;
    shape.layers = 2;
    shape.frequencies = 3;
    shape.n_types = 3;
    shape.n_crystal = 7;
    const Denoiser<double> network(shape);
    weights.resize(network.n_parameters());
    for (double& w : weights) w = 0.2 * numbers.normal();
    for (std::size_t i = 0; i < 14; ++i) {
      type.push_back(static_cast<std::int32_t>(i % 3));
      for (int k = 0; k < 3; ++k) fractional.push_back(numbers.uniform());
    }
    for (std::size_t i = 0; i < 4 * shape.n_crystal; ++i) crystal.push_back(numbers.normal());
  }
  DenoiserInput<double> input() const { return {4, first.data(), type.data(), fractional.data(), crystal.data()}; }

  struct Output {
    std::vector<double> velocity = std::vector<double>(42), types = std::vector<double>(42),
                        cell = std::vector<double>(24);
  };
  Output run() const {
    Denoiser<double> network(shape);
    network.set_weights(weights.data());
    Output o;
    network.forward(input(), {o.velocity.data(), o.types.data(), o.cell.data()});
    return o;
  }

  RandomSequence numbers{Random(3, RandomPurpose::test), 0, 0};
  DenoiserShape shape;
  std::vector<double> weights, fractional, crystal;
  std::vector<std::int64_t> first = {0, 1, 5, 12, 14};
  std::vector<std::int32_t> type;
};

void expect_near(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance) << i;
}

TEST(Denoiser, TranslationsAndImagesChangeNothing) {
  Example e;
  const auto before = e.run();
  for (std::size_t a = 1; a < 5; ++a)
    for (std::size_t k = 0; k < 3; ++k)
      e.fractional[3 * a + k] += 0.37 + 0.1 * static_cast<double>(k) + static_cast<double>(a % 3) - 1.0;
  const auto after = e.run();
  expect_near(before.velocity, after.velocity, 1e-12);
  expect_near(before.types, after.types, 1e-12);
  expect_near(before.cell, after.cell, 1e-12);
}

TEST(Denoiser, PermutationsPermuteItsAnswers) {
  Example e;
  const auto before = e.run();
  std::vector<std::size_t> order(14);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::reverse(order.begin() + 5, order.begin() + 12);
  Example turned = e;
  for (std::size_t a = 0; a < 14; ++a) {
    turned.type[a] = e.type[order[a]];
    for (std::size_t k = 0; k < 3; ++k) turned.fractional[3 * a + k] = e.fractional[3 * order[a] + k];
  }
  const auto after = turned.run();
  for (std::size_t a = 0; a < 14; ++a)
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(after.velocity[3 * a + k], before.velocity[3 * order[a] + k], 1e-12);
      EXPECT_NEAR(after.types[3 * a + k], before.types[3 * order[a] + k], 1e-12);
    }
  expect_near(before.cell, after.cell, 1e-12);
}

TEST(Denoiser, VelocitiesHaveNoMean) {
  const Example e;
  const auto o = e.run();
  for (std::size_t c = 0; c < 4; ++c)
    for (std::size_t k = 0; k < 3; ++k) {
      double sum = 0.0;
      for (std::int64_t a = e.first[c]; a < e.first[c + 1]; ++a) sum += o.velocity[3 * static_cast<std::size_t>(a) + k];
      EXPECT_NEAR(sum, 0.0, 1e-12);
    }
}

TEST(Denoiser, ACrystalIsTheSameInAnyCompany) {
  // To the last bit: generation is to be the same on any number of ranks.
  Example e;
  const std::vector<float> weights(e.weights.begin(), e.weights.end()), x(e.fractional.begin(), e.fractional.end()),
      crystal(e.crystal.begin(), e.crystal.end());
  Denoiser<float> network(e.shape);
  network.set_weights(weights.data());
  std::vector<float> velocity(42), types(42), cell(24), alone_velocity(21), alone_types(21), alone_cell(6);
  network.forward({4, e.first.data(), e.type.data(), x.data(), crystal.data()},
                  {velocity.data(), types.data(), cell.data()});
  const std::vector<std::int64_t> first = {0, 7};
  network.forward({1, first.data(), e.type.data() + 5, x.data() + 15, crystal.data() + 14},
                  {alone_velocity.data(), alone_types.data(), alone_cell.data()});
  for (std::size_t i = 0; i < 21; ++i) {
    EXPECT_EQ(alone_velocity[i], velocity[15 + i]);
    EXPECT_EQ(alone_types[i], types[15 + i]);
  }
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(alone_cell[i], cell[12 + i]);
}

TEST(Denoiser, GradientsAreThoseOfFiniteDifferences) {
  Example e;
  std::vector<double> a(42), b(42), c(24);
  for (auto* values : {&a, &b, &c})
    for (double& x : *values) x = e.numbers.normal();
  const auto loss = [&] {
    const auto o = e.run();
    return std::inner_product(a.begin(), a.end(), o.velocity.begin(), 0.0) +
           std::inner_product(b.begin(), b.end(), o.types.begin(), 0.0) +
           std::inner_product(c.begin(), c.end(), o.cell.begin(), 0.0);
  };
  Denoiser<double> network(e.shape);
  network.set_weights(e.weights.data());
  std::vector<double> gradient(e.weights.size(), 0.0);
  network.gradient(
      e.input(),
      [&](std::size_t begin, std::size_t end, const DenoiserOutput<double>&, const DenoiserOutput<double>& to) {
        for (std::int64_t i = 3 * e.first[begin]; i < 3 * e.first[end]; ++i) {
          to.velocity[i] = a[static_cast<std::size_t>(i)];
          to.types[i] = b[static_cast<std::size_t>(i)];
        }
        for (std::size_t i = 6 * begin; i < 6 * end; ++i) to.cell[i] = c[i];
      },
      gradient.data());
  for (const DenoiserMatrix& matrix : network.matrices()) {
    const std::size_t n = matrix.rows * matrix.columns;
    for (std::size_t trial = 0; trial < 8; ++trial) {
      const std::size_t i = matrix.offset + (trial * 7919 + 13) % n;
      const double kept = e.weights[i], h = 1e-5;
      e.weights[i] = kept + h;
      const double up = loss();
      e.weights[i] = kept - h;
      const double down = loss();
      e.weights[i] = kept;
      EXPECT_NEAR(gradient[i], (up - down) / (2.0 * h), 1e-7 * (1.0 + std::abs(gradient[i])))
          << matrix.name << " " << i;
    }
  }
}

TEST(Denoiser, GradientsOfTheInputAreThoseOfFiniteDifferences) {
  Example e;
  std::vector<double> a(42), b(42), c(24);
  for (auto* values : {&a, &b, &c})
    for (double& x : *values) x = e.numbers.normal();
  const auto loss = [&] {
    const auto o = e.run();
    return std::inner_product(a.begin(), a.end(), o.velocity.begin(), 0.0) +
           std::inner_product(b.begin(), b.end(), o.types.begin(), 0.0) +
           std::inner_product(c.begin(), c.end(), o.cell.begin(), 0.0);
  };
  const auto find = [&](auto& network, const auto& input, auto* gradient, auto* fractional, auto* crystal) {
    using Real = std::decay_t<decltype(*fractional)>;
    network.gradient(
        input,
        [&](std::size_t begin, std::size_t end, const DenoiserOutput<Real>&, const DenoiserOutput<Real>& to) {
          for (std::int64_t i = 3 * e.first[begin]; i < 3 * e.first[end]; ++i) {
            to.velocity[i] = static_cast<Real>(a[static_cast<std::size_t>(i)]);
            to.types[i] = static_cast<Real>(b[static_cast<std::size_t>(i)]);
          }
          for (std::size_t i = 6 * begin; i < 6 * end; ++i) to.cell[i] = static_cast<Real>(c[i]);
        },
        gradient, {fractional, crystal});
  };
  Denoiser<double> network(e.shape);
  network.set_weights(e.weights.data());
  std::vector<double> of_x(42), of_crystal(4 * e.shape.n_crystal);
  find(network, e.input(), static_cast<double*>(nullptr), of_x.data(), of_crystal.data());
  for (auto [values, found] : {std::pair(&e.fractional, &of_x), std::pair(&e.crystal, &of_crystal)})
    for (std::size_t i = 0; i < values->size(); ++i) {
      double& at = (*values)[i];
      const double kept = at, h = 1e-5;
      at = kept + h;
      const double up = loss();
      at = kept - h;
      const double down = loss();
      at = kept;
      EXPECT_NEAR((*found)[i], (up - down) / (2.0 * h), 1e-7 * (1.0 + std::abs((*found)[i]))) << i;
    }

  // The weights' gradients are the same with and without those, which do not depend on them either.
  std::vector<double> weights(e.weights.size(), 0.0), alone(weights), x(42), crystal(of_crystal.size());
  find(network, e.input(), alone.data(), static_cast<double*>(nullptr), static_cast<double*>(nullptr));
  find(network, e.input(), weights.data(), x.data(), crystal.data());
  EXPECT_EQ(weights, alone);
  EXPECT_EQ(x, of_x);
  EXPECT_EQ(crystal, of_crystal);

  // With one way forward for several vectors: those of the second are the same again.
  std::fill(x.begin(), x.end(), 0.0);
  network.products(
      e.input(), 2,
      [&](std::size_t begin, std::size_t end, std::size_t v, const DenoiserOutput<double>&,
          const DenoiserOutput<double>& to) {
        const double factor = v == 0 ? -3.0 : 1.0;
        for (std::int64_t i = 3 * e.first[begin]; i < 3 * e.first[end]; ++i) {
          to.velocity[i] = factor * a[static_cast<std::size_t>(i)];
          to.types[i] = factor * b[static_cast<std::size_t>(i)];
        }
        for (std::size_t i = 6 * begin; i < 6 * end; ++i) to.cell[i] = factor * c[i];
      },
      {x.data(), crystal.data()},
      [&](std::size_t begin, std::size_t end, std::size_t v) {
        for (std::int64_t i = 3 * e.first[begin]; i < 3 * e.first[end]; ++i) {
          const auto at = static_cast<std::size_t>(i);
          EXPECT_NEAR(x[at], (v == 0 ? -3.0 : 1.0) * of_x[at], 1e-12 * (1.0 + std::abs(of_x[at])));
        }
      });
  EXPECT_EQ(x, of_x);
  EXPECT_EQ(crystal, of_crystal);

  const std::vector<float> single(e.weights.begin(), e.weights.end()),
      x_single(e.fractional.begin(), e.fractional.end()), crystal_single(e.crystal.begin(), e.crystal.end());
  Denoiser<float> single_network(e.shape);
  single_network.set_weights(single.data());
  std::vector<float> x_found(42), crystal_found(of_crystal.size());
  find(single_network, DenoiserInput<float>{4, e.first.data(), e.type.data(), x_single.data(), crystal_single.data()},
       static_cast<float*>(nullptr), x_found.data(), crystal_found.data());
  for (std::size_t i = 0; i < of_x.size(); ++i) EXPECT_NEAR(x_found[i], of_x[i], 1e-4 * (1.0 + std::abs(of_x[i])));
  for (std::size_t i = 0; i < of_crystal.size(); ++i)
    EXPECT_NEAR(crystal_found[i], of_crystal[i], 1e-4 * (1.0 + std::abs(of_crystal[i])));
}

}  // namespace
}  // namespace spinel
