#include "ising/correlation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <random>

#include "core/error.hpp"
#include "ising/updates/updater.hpp"

namespace spinel {
namespace {

class CorrelationTest : public testing::Test {
 protected:
  const Communicator world = Communicator::world();
};

/// σ of site (x, y): the staggered spin for J < 0.
std::vector<double> order_field(const SpinLattice& whole, double coupling) {
  std::vector<double> field;
  std::vector<std::uint8_t> row(static_cast<std::size_t>(whole.lx()));
  for (std::int64_t y = 0; y < whole.ly(); ++y) {
    whole.unpack_row(y, row.data());
    for (std::int64_t x = 0; x < whole.lx(); ++x)
      field.push_back((row[static_cast<std::size_t>(x)] != 0 ? 1.0 : -1.0) *
                      (coupling < 0.0 && (x + y) % 2 != 0 ? -1.0 : 1.0));
  }
  return field;
}

TEST_F(CorrelationTest, IsThatOfSumsOverAllPairs) {
  for (const auto& [lx, ly] : {std::pair<std::int64_t, std::int64_t>{4, 4}, {10, 24}, {64, 12}, {130, 16}, {200, 130}})
    for (const double coupling : {1.0, -1.0}) {
      SpinLattice lattice(world, lx, ly), whole(Communicator::self(), lx, ly);
      const std::int64_t r_max = std::min(lx, ly) / 2;
      CorrelationMeter meter(lx, ly, coupling, r_max);
      const double n = static_cast<double>(lx * ly), pi = std::acos(-1.0);
      std::vector<double> g(static_cast<std::size_t>(r_max)), g0(static_cast<std::size_t>(r_max + 1));
      double s0 = 0.0, sx = 0.0, sy = 0.0;
      constexpr int n_samples = 3;
      for (std::uint32_t sample = 0; sample < n_samples; ++sample) {
        lattice.fill_hot({9, 0, sample});
        whole.fill_hot({9, 0, sample});
        meter.measure(lattice);
        const auto field = order_field(whole, coupling);
        const auto at = [&](std::int64_t x, std::int64_t y) {
          return field[static_cast<std::size_t>(x % lx + lx * (y % ly))];
        };
        std::vector<double> columns(static_cast<std::size_t>(lx)), lines(static_cast<std::size_t>(ly));
        std::complex<double> mode_x = 0.0, mode_y = 0.0;
        double sum = 0.0;
        for (std::int64_t y = 0; y < ly; ++y)
          for (std::int64_t x = 0; x < lx; ++x) {
            for (std::int64_t r = 1; r <= r_max; ++r)
              g[static_cast<std::size_t>(r - 1)] += at(x, y) * (at(x + r, y) + at(x, y + r)) / (2.0 * n * n_samples);
            columns[static_cast<std::size_t>(x)] += at(x, y);
            lines[static_cast<std::size_t>(y)] += at(x, y);
            sum += at(x, y);
            mode_x += at(x, y) * std::polar(1.0, 2.0 * pi * static_cast<double>(x) / static_cast<double>(lx));
            mode_y += at(x, y) * std::polar(1.0, 2.0 * pi * static_cast<double>(y) / static_cast<double>(ly));
          }
        for (std::int64_t r = 0; r <= r_max; ++r) {
          double& value = g0[static_cast<std::size_t>(r)];
          for (std::int64_t x = 0; x < lx; ++x)
            value += columns[static_cast<std::size_t>(x)] * columns[static_cast<std::size_t>((x + r) % lx)] /
                     (2.0 * n * n_samples);
          for (std::int64_t y = 0; y < ly; ++y)
            value += lines[static_cast<std::size_t>(y)] * lines[static_cast<std::size_t>((y + r) % ly)] /
                     (2.0 * n * n_samples);
        }
        s0 += sum * sum;
        sx += std::norm(mode_x);
        sy += std::norm(mode_y);
      }
      const CorrelationEstimate found = meter.estimate();
      EXPECT_EQ(found.samples, n_samples);
      ASSERT_EQ(found.g.size(), g.size());
      ASSERT_EQ(found.g0.size(), g0.size());
      for (std::size_t i = 0; i < g.size(); ++i)
        EXPECT_NEAR(found.g[i].value, g[i], 1e-12) << lx << " × " << ly << ", r = " << i + 1;
      for (std::size_t i = 0; i < g0.size(); ++i)
        EXPECT_NEAR(found.g0[i].value, g0[i], 1e-10) << lx << " × " << ly << ", r = " << i;
      const auto xi = [&](double sk, std::int64_t edge) {
        return std::sqrt(std::max(0.0, s0 / sk - 1.0)) / (2.0 * std::sin(pi / static_cast<double>(edge)));
      };
      const double expected = lx == ly ? xi(0.5 * (sx + sy), lx) : 0.5 * (xi(sx, lx) + xi(sy, ly));
      EXPECT_NEAR(found.xi_second_moment.value, expected, 1e-9 * (1.0 + expected));
    }
}

/// Against the exact correlation length of the infinite lattice above T_c, 1/ξ = ln coth(1/T) − 2/T (Onsager), and
/// nearest neighbors against the energy; the antiferromagnet has the same correlations of its order parameter.
TEST_F(CorrelationTest, LengthIsOnsagers) {
  const double xi = 1.0 / (-std::log(std::tanh(1.0 / 3.0)) - 2.0 / 3.0);
  for (const double coupling : {1.0, -1.0})
    for (const std::int64_t l : {24, 64}) {
      const IsingModel model = {coupling, 0.0, 3.0};
      SpinLattice lattice(world, l, l);
      const auto updater = make_swendsen_wang();
      const bool alone = world.size() == 1;  // elsewhere it is the same chain, and fewer sweeps of it will do
      const int sweeps = alone ? 5000 : 400;
      CorrelationMeter meter(l, l, coupling, 12);
      double energy = 0.0;
      lattice.fill_hot({4, 0, 0});
      for (int s = 0; s < 50 + sweeps; ++s) {
        updater->sweep(lattice, model, {4, 0, 0}, s);
        if (s < 50) continue;
        meter.measure(lattice);
        energy -= coupling * static_cast<double>(lattice.sums().bonds) / static_cast<double>(l * l * sweeps);
      }
      const CorrelationEstimate found = meter.estimate();
      EXPECT_GE(found.bins, 32);
      EXPECT_LT(found.bins, 64);
      EXPECT_NEAR(found.g[0].value, -0.5 * energy, 1e-12);
      EXPECT_NEAR(found.xi_exponential.value, xi, 4.0 * found.xi_exponential.error) << l;
      if (alone) {
        EXPECT_LT(found.xi_exponential.error, 0.03 * xi);
      }
      if (l > 24) continue;
      // Nearly, not exactly, the same length.
      EXPECT_NEAR(found.xi_second_moment.value, xi, 0.01 * xi + 4.0 * found.xi_second_moment.error);
      if (alone) {
        EXPECT_LT(found.xi_second_moment.error, 0.1 * xi);
      }
    }
}

TEST_F(CorrelationTest, BelowTheTransitionHasNoExponentialLength) {
  const IsingModel model = {1.0, 0.0, 1.8};
  SpinLattice lattice(world, 32, 32);
  const auto updater = make_swendsen_wang();
  CorrelationMeter meter(32, 32, 1.0);
  EXPECT_EQ(meter.r_max(), 16);
  lattice.fill_cold(1.0);
  for (int s = 0; s < 100; ++s) {
    updater->sweep(lattice, model, {4, 0, 0}, s);
    meter.measure(lattice);
  }
  EXPECT_TRUE(std::isnan(meter.estimate().xi_exponential.value));
  EXPECT_GT(meter.estimate().xi_second_moment.value, 32.0);
}

TEST_F(CorrelationTest, ContinuesFromASavedState) {
  SpinLattice lattice(world, 12, 8);
  CorrelationMeter straight(12, 8, 1.0), first(12, 8, 1.0), second(12, 8, 1.0);
  for (std::uint32_t s = 0; s < 200; ++s) {
    lattice.fill_hot({3, 0, s});
    straight.measure(lattice);
    (s < 77 ? first : second).measure(lattice);
    if (s == 76) second.load(first.save());
  }
  EXPECT_EQ(second.save(), straight.save());
  EXPECT_THROW(CorrelationMeter(12, 10, 1.0, 5).load(first.save()), Error);
  EXPECT_THROW(CorrelationMeter(12, 8, 1.0, 5), InputError);

  // Two replicas: the mean of both, and an error smaller than each one's.
  const CorrelationEstimate both = CorrelationMeter::estimate({&straight, &first});
  EXPECT_EQ(both.samples, 277);
  EXPECT_NEAR(both.g[0].value, (200.0 * straight.estimate().g[0].value + 77.0 * first.estimate().g[0].value) / 277.0,
              1e-12);
  EXPECT_LT(both.g[1].error, first.estimate().g[1].error);
}

}  // namespace
}  // namespace spinel
