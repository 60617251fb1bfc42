// Densities under small random flows: that they integrate to 1, and what must not change them.
#include "generate/flow_likelihood.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.hpp"
#include "crystal/elements.hpp"

namespace spinel {
namespace {

/// A flow of random weights over sodium and chlorine; without `moves_lattice` the lattice stays as it is.
struct Flow {
  explicit Flow(double size = 0.5, bool moves_lattice = true) {
    architecture.width = 16;
    architecture.layers = 2;
    architecture.frequencies = 2;
    architecture.elements = {"Na", "Cl"};
    architecture.lattice_mean = {0.0, 0.1, -0.1, 0.0, 0.05, 2.0};
    architecture.lattice_std = {0.3, 0.2, 0.25, 0.3, 0.2, 0.4};
    const Denoiser<float> network(architecture.shape());
    RandomSequence numbers(Random(5, RandomPurpose::test), 0, 0);
    weights.resize(network.n_parameters());
    for (const DenoiserMatrix& m : network.matrices()) {
      const bool is_still = !moves_lattice && (m.name == "cell_head_2" || m.name == "cell_bias_2");
      for (std::size_t i = 0; i < m.rows * m.columns; ++i)
        weights[m.offset + i] = is_still ? 0.0f : static_cast<float>(size * numbers.normal());
    }
  }
  FlowLikelihood<double> likelihood(bool exact = true, std::size_t probes = 4, double tolerance = 1e-8) const {
    return {architecture, weights, {exact ? std::size_t{100} : 0, probes, {tolerance, tolerance, 10000}, 1}};
  }

  GeneratorArchitecture architecture;
  std::vector<float> weights;
};

FlowCrystal random_crystal(std::vector<std::int32_t> type, std::uint64_t number) {
  RandomSequence numbers(Random(6, RandomPurpose::test), number, 0);
  FlowCrystal c;
  c.type = std::move(type);
  for (std::size_t i = 0; i < 3 * c.type.size(); ++i) c.fractional.push_back(numbers.uniform());
  for (double& k : c.lattice) k = numbers.normal();
  return c;
}

double log_normal(const LatticeVector& k, double deviation = 1.0) {
  double sum = 0.0;
  for (const double x : k) sum += -0.5 * x * x / deviation / deviation - std::log(deviation) - 0.5 * std::log(2 * M_PI);
  return sum;
}

TEST(FlowLikelihood, PositionsIntegrateToOne) {
  // Two atoms in a lattice that stays. What the network knows of b and c is switched off, so that on the torus of their
  // distance p depends on one axis alone.
  Flow flow(0.65, false);
  const auto n_waves = static_cast<std::size_t>(flow.architecture.frequencies);
  const Denoiser<float> network(flow.architecture.shape());
  for (const DenoiserMatrix& m : network.matrices())
    if (m.rows == 3 * n_waves)
      std::fill_n(flow.weights.data() + m.offset + n_waves * m.columns, 2 * n_waves * m.columns, 0.0f);
  for (const bool same : {false, true}) {
    const FlowCrystal start = random_crystal({0, same ? 0 : 1}, 3);
    constexpr std::size_t n = 48;
    std::vector<FlowCrystal> crystals(n, start);
    for (std::size_t i = 0; i < n; ++i)
      crystals[i].fractional[3] = start.fractional[0] + static_cast<double>(i) / static_cast<double>(n);
    double sum = 0.0, least = 1e300, most = 0.0;
    auto likelihood = flow.likelihood(true, 4, 1e-5);
    for (const CrystalLogP& r : likelihood.log_p(crystals)) {
      ASSERT_TRUE(r.failure.empty());
      const double p = std::exp(r.log_p - r.scale - r.measure - log_normal(start.lattice));
      sum += p / static_cast<double>(n);
      least = std::min(least, p);
      most = std::max(most, p);
    }
    EXPECT_GT(most, 2.0 * least);
    // Of two atoms of one species each pair of places is there twice.
    EXPECT_NEAR(sum, same ? 2.0 : 1.0, 2e-3);
  }
}

TEST(FlowLikelihood, LatticesIntegrateToOne) {
  // One atom has no positions: six dimensions, by importance sampling.
  const Flow flow(0.5);
  constexpr double deviation = 1.6;
  std::vector<FlowCrystal> crystals;
  for (std::uint64_t i = 0; i < 600; ++i) {
    crystals.push_back(random_crystal({1}, i));
    for (double& k : crystals.back().lattice) k *= deviation;
  }
  auto likelihood = flow.likelihood(true, 4, 1e-4);
  const auto found = likelihood.log_p(crystals);
  double sum = 0.0, square = 0.0;
  for (std::size_t i = 0; i < crystals.size(); ++i) {
    const double ratio =
        std::exp(found[i].log_p - found[i].scale - found[i].measure - log_normal(crystals[i].lattice, deviation));
    sum += ratio;
    square += ratio * ratio;
  }
  const auto n = static_cast<double>(crystals.size());
  const double mean = sum / n, error = std::sqrt((square / n - mean * mean) / n);
  EXPECT_LT(error, 0.15);
  EXPECT_NEAR(mean, 1.0, 4.0 * error);
  EXPECT_NEAR(found[0].scale, -std::log(0.3 * 0.2 * 0.25 * 0.3 * 0.2 * 0.4), 1e-12);
}

TEST(FlowLikelihood, AChangeOfBasisKeepsTheMeasureOfLattices) {
  RandomSequence numbers(Random(8, RandomPurpose::test), 0, 0);
  Mat3 change;
  change << 1, 2, 0, 0, 1, -1, 1, 2, 1;
  const auto changed = [&](const LatticeVector& k) { return lattice_vector(change * cell_from_lattice_vector(k)); };
  for (int trial = 0; trial < 3; ++trial) {
    LatticeVector k;
    for (double& x : k) x = 0.4 * numbers.normal();
    constexpr double h = 1e-5;
    Eigen::Matrix<double, 6, 6> derivative;
    for (std::size_t i = 0; i < 6; ++i) {
      LatticeVector up = k, down = k;
      up[i] += h;
      down[i] -= h;
      const LatticeVector a = changed(up), b = changed(down);
      for (std::size_t j = 0; j < 6; ++j)
        derivative(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(i)) = (a[j] - b[j]) / (2.0 * h);
    }
    EXPECT_NEAR(log_lattice_measure(changed(k)) + std::log(std::abs(derivative.determinant())), log_lattice_measure(k),
                1e-6);
  }
  EXPECT_EQ(log_lattice_measure({0.0, 0.0, 0.0, 0.0, 0.0, 1.3}), 0.0);
}

TEST(FlowLikelihood, DivergenceIsTheDeterminantOfTheMap) {
  const Flow flow;
  auto likelihood = flow.likelihood();
  const FlowCrystal noise = random_crystal({0, 1, 1}, 4);
  const std::size_t n = 15;
  // The map from noise to crystals and its derivatives by central differences.
  constexpr double h = 1e-4;
  std::vector<FlowCrystal> moved = {noise};
  for (std::size_t i = 0; i < n; ++i)
    for (const double sign : {1.0, -1.0}) {
      moved.push_back(noise);
      (i < 9 ? moved.back().fractional[i] : moved.back().lattice[i - 9]) += sign * h;
    }
  std::vector<std::vector<double>> divergence;
  likelihood.move(moved, 0.0, 1.0, false, divergence);
  Eigen::MatrixXd derivative(15, 15);
  const auto value = [](const FlowCrystal& c, std::size_t j) { return j < 9 ? c.fractional[j] : c.lattice[j - 9]; };
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      derivative(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(i)) =
          (value(moved[1 + 2 * i], j) - value(moved[2 + 2 * i], j)) / (2.0 * h);
  const double expected = -std::log(std::abs(derivative.determinant()));
  EXPECT_GT(std::abs(expected), 0.1);
  const CrystalLogP found = likelihood.log_p({moved[0]})[0];
  EXPECT_NEAR(found.divergence, expected, 1e-4);
  EXPECT_NEAR(found.prior, log_normal(noise.lattice), 1e-5);
  EXPECT_NEAR(found.orders, std::log(2.0), 1e-12);
  EXPECT_EQ(found.dimension, 12);
}

TEST(FlowLikelihood, RandomVectorsAgreeWithTheExactDivergence) {
  const Flow flow;
  const FlowCrystal crystal = random_crystal({0, 1, 1, 0}, 5);
  auto exact = flow.likelihood(true, 4, 1e-6), random = flow.likelihood(false, 100, 1e-4);
  const CrystalLogP e = exact.log_p({crystal})[0], r = random.log_p({crystal})[0];
  EXPECT_EQ(e.error, 0.0);
  EXPECT_GT(r.error, 0.0);
  EXPECT_LT(r.error, 0.4);
  EXPECT_NEAR(r.log_p, e.log_p, 3.0 * r.error);
  auto one = flow.likelihood(false, 1, 1e-6);
  EXPECT_TRUE(std::isnan(one.log_p({crystal})[0].error));
}

TEST(FlowLikelihood, DataComeBackFromNoise) {
  const Flow flow;
  auto likelihood = flow.likelihood(false, 2, 1e-6);
  std::vector<FlowCrystal> crystals, start;
  for (std::uint64_t i = 0; i < 5; ++i) start.push_back(random_crystal({0, 1, 0}, i));
  crystals = start;
  std::vector<std::vector<double>> divergence;
  likelihood.move(crystals, 1.0, 0.0, true, divergence);
  EXPECT_GT(std::abs(crystals[0].fractional[3] - start[0].fractional[3]), 1e-3);
  likelihood.move(crystals, 0.0, 1.0, true, divergence);
  for (std::size_t c = 0; c < crystals.size(); ++c) {
    for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(crystals[c].fractional[i], start[c].fractional[i], 1e-4);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(crystals[c].lattice[i], start[c].lattice[i], 1e-4);
  }
}

TEST(FlowLikelihood, CompanyAndOrderOfProbesDoNotMatter) {
  const Flow flow;
  std::vector<FlowCrystal> crystals;
  for (std::uint64_t i = 0; i < 4; ++i) crystals.push_back(random_crystal({0, 1, static_cast<std::int32_t>(i % 2)}, i));
  FlowLikelihood<float> likelihood(flow.architecture, flow.weights, {0, 3, {1e-4, 1e-4, 10000}, 1});
  const auto all = likelihood.log_p(crystals);
  for (std::size_t i = 0; i < crystals.size(); ++i) {
    const CrystalLogP alone = likelihood.log_p({crystals[i]})[0];
    EXPECT_EQ(all[i].log_p, alone.log_p);
    EXPECT_EQ(all[i].steps, alone.steps);
  }
  auto whole = flow.likelihood(false, 3, 1e-4);
  EXPECT_NEAR(all[0].log_p, whole.log_p({crystals[0]})[0].log_p, 1e-2);
  FlowLikelihood<float> short_of_steps(flow.architecture, flow.weights, {0, 1, {1e-4, 1e-4, 2}, 1});
  EXPECT_NE(short_of_steps.log_p({crystals[0]})[0].failure.find("2 steps"), std::string::npos);
}

TEST(FlowLikelihood, DescriptionsOfACrystalDoNotMatter) {
  const Flow flow;
  auto likelihood = flow.likelihood(true, 4, 1e-6);
  RandomSequence numbers(Random(7, RandomPurpose::test), 0, 0);
  // Cubic lattice: 48 matrices keep the metric, and none of them the atoms.
  for (const bool cubic : {true, false}) {
    Structure s;
    s.cell << 4.0, 0.0, 0.0, 0.0, cubic ? 4.0 : 4.6, 0.0, 0.0, cubic ? 0.0 : 0.7, cubic ? 4.0 : 5.1;
    for (const char* symbol : {"Na", "Cl", "Cl", "Na"}) {
      s.type.push_back(add_species(s, species_from_symbol(symbol)));
      s.position.emplace_back(s.cell.transpose() * Vec3(numbers.uniform(), numbers.uniform(), numbers.uniform()));
    }
    const auto log_p = [&](const Structure& structure) {
      return likelihood.log_p({flow_crystal(flow.architecture, canonical_crystal(structure))})[0].log_p;
    };
    const double expected = log_p(s);

    Structure turned = s;
    const Mat3 rotation =
        (Eigen::AngleAxisd(0.7, Vec3::UnitX()) * Eigen::AngleAxisd(1.1, Vec3::UnitZ())).toRotationMatrix();
    turned.cell = s.cell * rotation.transpose();
    for (Vec3& r : turned.position) r = rotation * r + Vec3(0.3, -2.0, 11.0);
    std::reverse(turned.position.begin(), turned.position.end());
    std::reverse(turned.type.begin(), turned.type.end());
    EXPECT_NEAR(log_p(turned), expected, 1e-4);

    Structure sheared = s;
    Mat3 change;
    change << 1, 2, 0, 0, 1, -1, 1, 2, 1;
    sheared.cell = change * s.cell;
    EXPECT_NEAR(log_p(sheared), expected, 1e-4);
    EXPECT_EQ(canonical_descriptions(sheared).size(), 2u);

    Structure exchanged = s;
    change << 0, 1, 0, 0, 0, 1, 1, 0, 0;
    exchanged.cell = change * s.cell;
    EXPECT_NEAR(log_p(exchanged), expected, 1e-4);

    Structure doubled = s;
    doubled.cell.row(1) *= 2.0;
    for (std::size_t a = 0; a < s.size(); ++a) {
      doubled.type.push_back(s.type[a]);
      doubled.position.emplace_back(s.position[a] + s.cell.row(1).transpose());
    }
    EXPECT_EQ(canonical_descriptions(doubled).size(), 1u);
    EXPECT_EQ(canonical_crystal(doubled).size(), s.size());
    EXPECT_NEAR(log_p(doubled), expected, 1e-4);
  }
}

}  // namespace
}  // namespace spinel
