#include <gtest/gtest.h>
#include <torch/cuda.h>

#include "network_support.hpp"
#include "random_potential.hpp"

namespace spinel {
namespace {

using testing_support::in_id_order;
using testing_support::make_force_field;
using testing_support::network_potential;
using testing_support::random_m3gnet;
using testing_support::random_potential;

struct Found {
  EnergyVirial sums;
  std::vector<Vec3> force;
};

Found evaluate(const Structure& s, const ModelFile& model, bool single = false,
               const Communicator& communicator = Communicator::world()) {
  Timers timers;
  auto field = make_force_field(s, network_potential(model, s, single, communicator), timers, communicator);
  Found found;
  found.sums = field.update({});
  found.force = in_id_order(field, field.forces());
  return found;
}

double scale_of(const Found& f) {
  double scale = 1.0;
  for (const Vec3& x : f.force) scale = std::max(scale, x.norm());
  for (const double x : f.sums.virial) scale = std::max(scale, std::abs(x) / static_cast<double>(f.force.size()));
  return scale;
}

void expect_near(const Found& found, const Found& expected, double tolerance) {
  const double scale = tolerance * scale_of(expected), n = static_cast<double>(expected.force.size());
  EXPECT_NEAR(found.sums.energy, expected.sums.energy, scale * n);
  for (std::size_t k = 0; k < 6; ++k) EXPECT_NEAR(found.sums.virial[k], expected.sums.virial[k], scale * n);
  double worst = 0.0;
  for (std::size_t i = 0; i < expected.force.size(); ++i)
    worst = std::max(worst, (found.force[i] - expected.force[i]).norm());
  EXPECT_LT(worst, scale);
}

/// What root finds by itself, on every rank.
Found evaluate_alone(const Structure& s, const ModelFile& model) {
  const auto world = Communicator::world();
  Found found;
  if (world.is_root()) found = evaluate(s, model, false, Communicator::self());
  found.force.resize(s.size());
  world.broadcast(&found.sums.energy, 1);
  world.broadcast(found.sums.virial.data(), found.sums.virial.size());
  world.broadcast(found.force.front().data(), 3 * s.size());
  return found;
}

/// Sixty atoms of three species in a skewed cell.
Structure skewed_structure() {
  Mat3 cell;
  cell << 5.0, 0.0, 0.0, 2.0, 4.6, 0.0, -1.5, 1.0, 5.2;
  return testing_support::random_structure(cell, {true, true, true}, 60, 0.95, 7, 3);
}

class EnergyModels : public testing::TestWithParam<std::string> {
 protected:
  ModelFile model = random_potential(GetParam());
};

TEST_P(EnergyModels, IsTheSameOnAnyNumberOfRanks) {
  for (const auto& one : testing_support::test_structures(3)) {
    SCOPED_TRACE(one.name);
    const Found expected = evaluate_alone(one.structure, model);
    expect_near(evaluate(one.structure, model), expected, 1e-11);
    expect_near(evaluate(one.structure, model, true), expected, 2e-5);
  }
}

TEST_P(EnergyModels, ForcesAndVirialAreDerivativesOfTheEnergy) {
  if (Communicator::world().size() > 1) GTEST_SKIP() << "on one rank, and the same on any number of them";
  const Structure s = skewed_structure();
  const auto energy = [&](const Structure& structure) { return evaluate(structure, model).sums.energy; };
  const Found here = evaluate(s, model);
  const double h = 2e-5, tolerance = 1e-6 * scale_of(here);
  for (const std::size_t atom : {0, 41})
    for (int k = 0; k < 3; ++k) {
      Structure up = s, down = s;
      up.position[atom][k] += h;
      down.position[atom][k] -= h;
      EXPECT_NEAR(here.force[atom][k], -(energy(up) - energy(down)) / (2.0 * h), tolerance);
    }
  const int axes[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
  for (std::size_t c = 0; c < 6; ++c) {
    const auto strained = [&](double amount) {
      Mat3 strain = Mat3::Identity();
      strain(axes[c][0], axes[c][1]) += 0.5 * amount;
      strain(axes[c][1], axes[c][0]) += 0.5 * amount;
      Structure t = s;
      t.cell = s.cell * strain;
      for (Vec3& x : t.position) x = strain.transpose() * x;
      return energy(t);
    };
    EXPECT_NEAR(here.sums.virial[c], -(strained(h) - strained(-h)) / (2.0 * h),
                tolerance * static_cast<double>(s.size()));
  }
}

TEST_P(EnergyModels, FollowsRotationTranslationAndPermutation) {
  const Structure s = skewed_structure();
  const Found expected = evaluate(s, model);
  const Mat3 turn = Eigen::AngleAxisd(0.7, Vec3(1.0, -2.0, 0.5).normalized()).toRotationMatrix();
  Structure turned = s;
  turned.cell = s.cell * turn.transpose();
  const std::size_t n = s.size();
  for (std::size_t i = 0; i < n; ++i) {
    turned.position[n - 1 - i] = turn * s.position[i] + Vec3(0.3, -1.7, 2.2);
    turned.type[n - 1 - i] = s.type[i];
  }
  Found found = evaluate(turned, model);
  EXPECT_NEAR(found.sums.energy, expected.sums.energy, 1e-10 * static_cast<double>(n) * scale_of(expected));
  double worst = 0.0;
  for (std::size_t i = 0; i < n; ++i)
    worst = std::max(worst, (found.force[n - 1 - i] - turn * expected.force[i]).norm());
  EXPECT_LT(worst, 1e-10 * scale_of(expected));
}

/// [width] means over all atoms.
std::vector<double> mean_features(const Structure& s, const ModelFile& model, const Communicator& communicator) {
  Timers timers;
  auto field = make_force_field(s, network_potential(model, s, false, communicator), timers, communicator);
  field.rebuild();
  const std::vector<double> values = field.atom_features();
  const std::size_t n_owned = field.atoms().n_owned;
  const auto width =
      static_cast<std::size_t>(communicator.max(n_owned > 0 ? static_cast<int>(values.size() / n_owned) : 0));
  std::vector<double> mean(width, 0.0);
  for (std::size_t k = 0; k < values.size(); ++k) mean[k % width] += values[k] / static_cast<double>(s.size());
  communicator.sum(mean.data(), mean.size());
  return mean;
}

TEST_P(EnergyModels, FeaturesOfAtomsDoNotDependOnRanksNorOnRotation) {
  const Structure s = skewed_structure();
  Structure turned = s;
  const Mat3 rotation = Eigen::AngleAxisd(0.7, Vec3(1.0, 2.0, -1.0).normalized()).toRotationMatrix();
  turned.cell = s.cell * rotation.transpose();
  for (Vec3& x : turned.position) x = rotation * x;
  const auto expected = mean_features(s, model, Communicator::self());
  ASSERT_FALSE(expected.empty());
  double size = 0.0;
  for (const double value : expected) size = std::max(size, std::abs(value));
  EXPECT_GT(size, 0.0);
  const auto together = mean_features(s, model, Communicator::world()),
             rotated = mean_features(turned, model, Communicator::self());
  ASSERT_EQ(together.size(), expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    EXPECT_NEAR(together[k], expected[k], 1e-9 * size);
    EXPECT_NEAR(rotated[k], expected[k], 1e-9 * size);
  }
}

TEST_P(EnergyModels, ThreadsChangeRoundingOnly) {
  const Structure s = skewed_structure();
  const Found expected = evaluate(s, model);
  NetworkOptions options;
  options.threads = 3;
  Timers timers;
  auto field = make_force_field(s, make_network_potential(model, s.species, options, Communicator::world()), timers);
  Found found;
  found.sums = field.update({});
  found.force = in_id_order(field, field.forces());
  expect_near(found, expected, 1e-11);
}

/// A neighbor comes within the cutoff of one atom of a cluster: the energy, the force on it and the derivative of that
/// force do not jump.
TEST_P(EnergyModels, VanishSmoothlyAtTheCutoff) {
  if (GetParam() == "m3gnet_bessel") GTEST_SKIP() << "its basis has a slope at the cutoff, as published";
  if (Communicator::world().size() > 1) GTEST_SKIP() << "on one rank, and the same on any number of them";
  Structure s;
  s.cell = 40.0 * Mat3::Identity();
  s.periodic = {false, false, false};
  s.species = {{"Ar", 18, 39.9}, {"Kr", 36, 83.8}, {"Xe", 54, 131.3}};
  s.type = {0, 1, 2, 0};
  s.position = {{0.0, 0.0, 0.0}, {1.3, 0.4, 0.0}, {-0.5, 1.1, 0.7}, {0.0, 0.0, 0.0}};
  const Vec3 away = Vec3(-0.3, -0.8, -0.4).normalized();
  const auto at = [&](double r) {
    s.position[3] = r * away;
    return evaluate(s, model);
  };
  const auto force = [&](double r) { return at(r).force[3].dot(away); };
  const double cutoffs[] = {2.4, 1.9};  // of M3GNet's three-body terms
  for (const double cutoff : cutoffs) {
    // Third order in the distance from the cutoff: energies so by 1e-9, slopes by 1e-6, curvatures by 1e-3.
    const double h = 1e-3;
    const double below = force(cutoff - h), above = force(cutoff + h), scale = std::max(1.0, std::abs(force(1.5)));
    const double slope_below = (force(cutoff - h) - force(cutoff - 2.0 * h)) / h,
                 slope_above = (force(cutoff + 2.0 * h) - force(cutoff + h)) / h;
    EXPECT_NEAR(above - below, h * (slope_below + slope_above), 1e-4 * scale) << cutoff;
    EXPECT_NEAR(slope_below, slope_above, 0.3 * scale) << cutoff;
    if (cutoff != 2.4) continue;
    const double lone = at(30.0).sums.energy;
    EXPECT_NEAR(at(cutoff - h).sums.energy, lone, 1e-6 * scale);
    EXPECT_NEAR(below, 0.0, 1e-3 * scale);
    EXPECT_NEAR(above, 0.0, 1e-12);
    EXPECT_NEAR(force(cutoff - 1e-4), 0.0, 1e-5 * scale);
    EXPECT_NEAR(slope_below, 0.0, 0.3 * scale);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EnergyModels, testing::ValuesIn(testing_support::potential_kinds()),
                         [](const auto& one) { return one.param; });

std::string error_of(const ModelFile& model, const std::vector<Species>& species, const NetworkOptions& options = {}) {
  try {
    make_network_potential(model, species, options, Communicator::world());
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(NetworkPotential, NamesWhatItCannotDo) {
  const auto model = random_m3gnet(false);
  EXPECT_EQ(error_of(model, {{"Kr", 36, 83.8}}), "");
  EXPECT_NE(error_of(model, {{"Kr", 36, 83.8}, {"Og", 118, 294.0}}).find("element 'Og'"), std::string::npos);
  NetworkOptions cuda;
  cuda.device = "cuda";
  if (torch::cuda::is_available()) return;
  EXPECT_NE(error_of(model, {{"Kr", 36, 83.8}}, cuda).find("finds no GPU"), std::string::npos);
}

}  // namespace
}  // namespace spinel
