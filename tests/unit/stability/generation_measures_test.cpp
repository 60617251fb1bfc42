#include <cmath>
#include <string>

#include "crystal/elements.hpp"
#include "crystal/lattice.hpp"
#include "crystal/prototypes.hpp"
#include "stability/measures/baselines.hpp"
#include "stability/measures/prediction_measures.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

constexpr double none = TargetMatch::none;

Structure crystal(const std::string& prototype, const std::vector<std::string>& species, double a) {
  return make_prototype(prototype, species, a);
}

Composition formula(const std::string& text) { return parse_formula(text); }

double mean(const std::vector<double>& values) {
  double sum = 0.0, n = 0.0;
  for (const double value : values)
    if (!std::isnan(value)) sum += value, n += 1.0;
  return sum / n;
}

TEST(PredictionMeasures, MeansOverTargets) {
  const std::vector<double> all = {0.0, 0.1, none, 0.3}, valid = {0.0, none, none, 0.4};
  const auto values = prediction_values(all, valid, 0.5);
  const auto measure = [&](PredictionMeasure m) { return mean(values[static_cast<std::size_t>(m)]); };
  EXPECT_DOUBLE_EQ(measure(PredictionMeasure::match), 0.75);
  EXPECT_DOUBLE_EQ(measure(PredictionMeasure::match_valid), 0.5);
  EXPECT_DOUBLE_EQ(measure(PredictionMeasure::rmse), 0.4 / 3.0);
  EXPECT_DOUBLE_EQ(measure(PredictionMeasure::rmse_valid), 0.2);
  EXPECT_DOUBLE_EQ(measure(PredictionMeasure::crmse), 0.9 / 4.0);
  EXPECT_DOUBLE_EQ(measure(PredictionMeasure::within), 0.5);
}

TEST(PredictionMeasures, WhichCrystalsMayMatch) {
  PredictionMatcher matcher(MatcherSettings{});
  Structure exact = crystal("CsCl", {"Cs", "Cl"}, 4.0), near = exact, far = exact;
  // One atom moved by d: each of the two is off by d/2 once the mean is removed.
  near.position[1].x() += 0.4;
  far.position[1] += Vec3(1.6, 1.6, 0.0);  // beyond 0.3, within 0.5
  const double length = std::cbrt(32.0);
  const PredictionTarget target{matcher.reduced(exact), true};
  const auto cell = [&](const Structure& s) { return matcher.reduced(s); };
  std::vector<Prediction> crystals = {
      {0, 0, true, cell(far)}, {0, 1, false, cell(near)}, {1, 0, true, cell(exact)}, {0, 2, true, cell(near)}};
  std::vector<std::array<double, n_prediction_tolerances>> own(3, {none, none});
  const auto matches = matcher(0, target, crystals, &own);
  const double near_distance = 0.2 / length, far_distance = own[0][0];
  EXPECT_GT(far_distance, 0.3);
  EXPECT_LT(far_distance, 0.5);
  EXPECT_EQ(own[0][1], none);
  EXPECT_NEAR(own[1][0], near_distance, 1e-12);
  EXPECT_NEAR(own[2][1], near_distance, 1e-12);
  EXPECT_EQ(matches[0].all[0], far_distance);
  EXPECT_NEAR(matches[0].all[1], near_distance, 1e-12);
  EXPECT_NEAR(matches[0].all[2], 0.0, 1e-9);
  EXPECT_EQ(matches[0].valid[0], far_distance);
  EXPECT_EQ(matches[1].all[0], none);
  EXPECT_NEAR(matches[1].valid[1], near_distance, 1e-12);
  // No pair is valid with an invalid target.
  const auto invalid = matcher(0, {target.cell, false}, crystals);
  EXPECT_EQ(invalid[0].valid[2], none);
  EXPECT_EQ(invalid[0].all[2], matches[0].all[2]);
  // Without a crystal, or without a cell, there is no match.
  EXPECT_EQ(matcher(0, target, {})[0].all[2], none);
  EXPECT_EQ(matcher(0, {}, crystals)[0].all[2], none);
}

TEST(VolumeModel, AddsVolumesOfElements) {
  // Volumes that are sums over the atoms, 10 Å³ of Na and 30 Å³ of Cl: the ridge changes little with many samples.
  std::vector<VolumeModel::Sample> samples;
  for (int k = 0; k < 400; ++k) {
    const int n = 1 + k % 4;
    samples.push_back({formula(fmt::format("NaCl{}", n)), (10.0 + 30.0 * n) / (1.0 + n)});
  }
  const VolumeModel model(samples);
  EXPECT_NEAR(model.per_atom(formula("NaCl")), 20.0, 0.1);
  EXPECT_NEAR(model.per_atom(formula("Na2Cl6")), 25.0, 0.1);
  EXPECT_NEAR(model.per_atom(formula("Na3Cl")), 15.0, 0.5);
  // Of an element that no sample has: their mean.
  double all = 0.0;
  for (const auto& sample : samples) all += sample.per_atom / 400.0;
  EXPECT_DOUBLE_EQ(model.per_atom(formula("U")), all);
  EXPECT_THROW(VolumeModel(std::vector<VolumeModel::Sample>()), InputError);
  EXPECT_NEAR(VolumeModel().per_atom(formula("Cu")), 11.8, 0.5);
  EXPECT_GT(VolumeModel().per_atom(formula("Og")), 1.0);
  // A sum below any volume that was seen.
  const VolumeModel steep({{formula("Na9Cl"), 30.0}, {formula("Na8Cl2"), 10.0}, {formula("Na9Cl"), 30.0}});
  EXPECT_EQ(steep.per_atom(formula("Cl")), 5.0);
}

Baselines small_baselines() {
  return Baselines(
      {training_crystal(crystal("rocksalt", {"Mg", "O"}, 4.2)), training_crystal(crystal("CsCl", {"Cs", "Br"}, 4.3)),
       training_crystal(crystal("perovskite", {"Ba", "Zr", "O"}, 4.2)),
       training_crystal(crystal("fluorite", {"Ca", "F"}, 5.5))},
      1);
}

TEST(Baselines, NearestAndSubstituted) {
  const Baselines baselines = small_baselines();
  // As many atoms come before like elements, and other ratios never.
  EXPECT_EQ(baselines.nearest(formula("RbCl")), (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(baselines.nearest(formula("Ca4O4")), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(baselines.nearest(formula("Ba2Cl4")), (std::vector<std::size_t>{3}));
  EXPECT_TRUE(baselines.nearest(formula("Al2O3")).empty());
  EXPECT_FALSE(baselines.substitution(formula("Al2O3"), 0, 0));
  EXPECT_FALSE(baselines.substitution(formula("RbCl"), 0, 2));

  // Alkaline earths take the place of alkaline earths, whatever their order in the formula.
  PredictionMatcher matcher(MatcherSettings{});
  const auto made = baselines.substitution(formula("TiSrO3"), 7, 0);
  ASSERT_TRUE(made);
  const PredictionTarget target{matcher.reduced(crystal("perovskite", {"Sr", "Ti", "O"}, 3.9)), true};
  EXPECT_NEAR(matcher(0, target, {{0, 0, true, matcher.reduced(*made)}})[1].all[0], 0.0, 1e-9);
  const VolumeModel volumes({{formula("Mg4O4"), 4.2 * 4.2 * 4.2 / 8.0},
                             {formula("CsBr"), 4.3 * 4.3 * 4.3 / 2.0},
                             {formula("BaZrO3"), 4.2 * 4.2 * 4.2 / 5.0},
                             {formula("Ca4F8"), 5.5 * 5.5 * 5.5 / 12.0}});
  EXPECT_NEAR(made->volume(), 5.0 * volumes.per_atom(formula("SrTiO3")), 1e-9);
}

TEST(Baselines, EquallyNearOnesTakeTurns) {
  std::vector<TrainingCrystal> carbon;
  for (int k = 0; k < 3; ++k) {
    carbon.push_back(training_crystal(crystal("diamond", {"C"}, 3.6)));
    carbon.back().fractional[1] = Vec3(0.1 * k + 0.05, 0.5, 0.5);  // to know it by
  }
  carbon.push_back(training_crystal(crystal("diamond", {"Si"}, 5.4)));
  const Baselines baselines(carbon, 1);
  const auto taken = [&](std::int64_t target, std::int64_t sample) {
    const Structure s = baselines.substitution(formula("C8"), target, sample).value();
    return (to_fractional_matrix(s.cell) * s.position[1]).x();
  };
  for (int target = 0; target < 4; ++target)
    for (int sample = 0; sample < 3; ++sample)
      EXPECT_NEAR(taken(target, sample), 0.1 * ((target + sample) % 3) + 0.05, 1e-12);
  EXPECT_NEAR(taken(5, 3), carbon[3].fractional[1].x(), 1e-12);
  EXPECT_FALSE(baselines.substitution(formula("C8"), 0, 4));
}

TEST(Baselines, RandomCoordinates) {
  const Baselines baselines = small_baselines();
  const auto contents = formula("TiO2");
  const Structure one = baselines.random_coordinates(contents, 3, 0),
                  again = baselines.random_coordinates(contents, 3, 0),
                  other = baselines.random_coordinates(contents, 3, 1),
                  third = baselines.random_coordinates(contents, 4, 0);
  ASSERT_EQ(one.size(), 3u);
  EXPECT_TRUE(one.position == again.position);
  EXPECT_FALSE(one.position == other.position);
  EXPECT_FALSE(one.position == third.position);
  EXPECT_TRUE(one.cell == other.cell);
  // In the shape of the nearest prototype; evenly over the cell.
  EXPECT_NEAR(cell_parameters(one.cell).alpha, cell_parameters(crystal("fluorite", {"Ca", "F"}, 5.5).cell).alpha, 1e-9);
  Vec3 sum = Vec3::Zero(), squares = Vec3::Zero();
  constexpr int n = 2000;
  for (int k = 0; k < n; ++k) {
    const Structure s = baselines.random_coordinates(contents, 7, k);
    const Vec3 x = to_fractional_matrix(s.cell) * s.position[1];
    EXPECT_GE(x.minCoeff(), 0.0);
    EXPECT_LT(x.maxCoeff(), 1.0);
    sum += x / n;
    squares += x.cwiseProduct(x) / n;
  }
  for (int k = 0; k < 3; ++k) {
    EXPECT_NEAR(sum[k], 0.5, 4.0 * std::sqrt(1.0 / 12.0 / n));
    EXPECT_NEAR(squares[k], 1.0 / 3.0, 4.0 * std::sqrt(4.0 / 45.0 / n));
  }
  // A cube without a training set.
  const Structure cube = Baselines({}, 1).random_coordinates(contents, 0, 0);
  EXPECT_NEAR(cube.cell(0, 0), std::cbrt(cube.volume()), 1e-12);
}

TEST(Baselines, IdealPerovskites) {
  const Baselines baselines = small_baselines();
  for (const char* text : {"SrTiO3", "ZrCdN2O", "Mn3GaN", "BaTiOFN", "Ti2O3"})
    EXPECT_TRUE(Baselines::can_be_perovskite(formula(text))) << text;
  // Not five atoms; an element of four; one that is on A or B as well as on X.
  for (const char* text : {"Sr2Ti2O6", "TiO4", "O5", "SrOF2", "CaF2N2"})
    EXPECT_FALSE(Baselines::can_be_perovskite(formula(text))) << text;

  PredictionMatcher matcher(MatcherSettings{});
  const std::array<PredictionTarget, 2> orders = {
      {{matcher.reduced(crystal("perovskite", {"Sr", "Ti", "O"}, 3.9)), true},
       {matcher.reduced(crystal("perovskite", {"Ti", "Sr", "O"}, 3.9)), true}}};
  int heads = 0;
  constexpr int n = 1000;
  for (int target = 0; target < n; ++target) {
    std::array<int, 2> order{};
    for (int sample = 0; sample < 2; ++sample) {
      const auto made = baselines.perovskite(formula("SrTiO3"), target, sample);
      ASSERT_TRUE(made);
      const Prediction one{0, 0, true, matcher.reduced(*made)};
      const bool first = std::isfinite(matcher(0, orders[0], {one})[1].all[0]);
      EXPECT_NE(first, std::isfinite(matcher(0, orders[1], {one})[1].all[0]));
      order[static_cast<std::size_t>(sample)] = first ? 1 : 0;
    }
    EXPECT_EQ(order[0] + order[1], 1);
    heads += order[0];
  }
  EXPECT_NEAR(heads, n / 2, 4.0 * std::sqrt(n) / 2.0);
  EXPECT_FALSE(baselines.perovskite(formula("TiO2"), 0, 0));
}

}  // namespace
