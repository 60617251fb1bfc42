#include <gtest/gtest.h>

#include <cmath>

#include "dynamics/analysis/analysis.hpp"
#include "dynamics_support.hpp"

namespace spinel {
namespace {

using namespace testing_support;

/// g_ab and coordination by brute force.
void expect_same_rdf(const Structure& s, const RadialDistribution::Result& result, double cutoff, bool images,
                     const std::string& name) {
  const std::size_t bins = result.r.size(), n = s.species.size();
  std::vector<double> count(n, 0.0), histogram(n * n * bins, 0.0);
  for (const auto t : s.type) ++count[static_cast<std::size_t>(t)];
  for_each_pair(s, cutoff, [&](std::size_t i, std::size_t j, const Vec3& d) {
    const auto bin = static_cast<std::size_t>(d.norm() / cutoff * static_cast<double>(bins));
    histogram[(static_cast<std::size_t>(s.type[i]) * n + static_cast<std::size_t>(s.type[j])) * bins + bin] += 1.0;
  });
  ASSERT_EQ(result.pairs.size(), n * (n + 1) / 2) << name;
  for (std::size_t p = 0; p < result.pairs.size(); ++p) {
    const auto a = static_cast<std::size_t>(result.pairs[p].first),
               b = static_cast<std::size_t>(result.pairs[p].second);
    const double pairs = count[a] * (a == b && !images ? count[b] - 1.0 : count[b]);
    double within = 0.0;
    for (std::size_t bin = 0; bin < bins; ++bin) {
      const double h = histogram[(a * n + b) * bins + bin], dr = cutoff / static_cast<double>(bins);
      const double shell =
          4.0 / 3.0 * M_PI *
          (std::pow(dr * static_cast<double>(bin + 1), 3) - std::pow(dr * static_cast<double>(bin), 3));
      within += h;
      EXPECT_NEAR(result.g[p][bin], h * s.volume() / (pairs * shell), 1e-9 * (1.0 + result.g[p][bin])) << name << bin;
      EXPECT_NEAR(result.coordination[p][bin], within / count[a], 1e-12 * (1.0 + within)) << name << bin;
    }
  }
}

TEST(RadialDistribution, AgreesWithBruteForceWithinAndBeyondTheCutoff) {
  Timers timers;
  Mat3 skewed;
  skewed << 4.0, 0.0, 0.0, 2.2, 3.5, 0.0, -1.2, 1.5, 4.5;
  const std::vector<Case> cases = {
      {"bulk", random_structure(4.5 * Mat3::Identity(), {true, true, true}, 40, 0.9, 1, 2)},
      {"triclinic", random_structure(skewed, {true, true, true}, 40, 0.9, 2, 2)},
      {"slab", random_structure(4.5 * Mat3::Identity(), {true, true, false}, 30, 0.9, 3, 2)},
      {"two atoms", random_structure(1.37 * Mat3::Identity(), {true, true, true}, 2, 0.9, 4, 2)}};
  for (const auto& [name, s] : cases) {
    auto field = make_force_field(s, smooth_lennard_jones(s, 1.6), timers);
    field.update({true, true});
    for (const double cutoff : {1.5, 0.0, 3.1}) {
      const double reach = cutoff > 0.0 ? cutoff : field.potential().cutoff();
      RadialDistribution rdf(field, cutoff, 40);
      rdf.sample();
      rdf.sample();
      const auto result = rdf.result();
      EXPECT_EQ(result.samples, 2);
      expect_same_rdf(s, result, reach, reach > 1.37 && name == "two atoms", name);
    }
  }
}

TEST(RadialDistribution, IsOneInAnIdealGasOfAnySizeAndIndependentOfTheCrystalsCell) {
  // Atoms thrown at random 400 times: g = 1 within the error of the counts.
  Timers timers;
  Structure s;
  s.cell = 4.0 * Mat3::Identity();
  s.species = {{"Ar", 18, 1.0}};
  s.position.assign(10, Vec3::Zero());
  s.type.assign(10, 0);
  auto field = make_force_field(s, std::make_shared<IdealGas>(), timers);
  field.update({true, true});
  RadialDistribution rdf(field, 2.0, 4);
  const Random random(4, RandomPurpose::test);
  for (std::uint64_t sample = 0; sample < 400; ++sample) {
    for (std::size_t i = 0; i < field.atoms().n_owned; ++i) {
      const auto u = random.uniform4(sample, static_cast<std::uint64_t>(field.atoms().id[i]));
      field.atoms().position[i] = 4.0 * Vec3(u[0], u[1], u[2]);
    }
    field.update({false, false});
    rdf.sample();
  }
  const auto result = rdf.result();
  for (std::size_t bin = 0; bin < 4; ++bin) {
    const double shell = 4.0 / 3.0 * M_PI * 0.125 * (std::pow(bin + 1.0, 3) - std::pow(bin, 3.0));
    const double expected_pairs = 400.0 * 45.0 * shell / 64.0;
    EXPECT_NEAR(result.g[0][bin], 1.0, 4.0 / std::sqrt(expected_pairs)) << bin;
  }

  const Structure small = fcc(1, 0.9), large = fcc(3, 0.9);
  auto a = make_force_field(small, smooth_lennard_jones(small), timers);
  auto b = make_force_field(large, smooth_lennard_jones(large), timers);
  a.update({true, true});
  b.update({true, true});
  RadialDistribution rdf_a(a, 6.0, 24), rdf_b(b, 6.0, 24);
  rdf_a.sample();
  rdf_b.sample();
  const auto g_a = rdf_a.result(), g_b = rdf_b.result();
  for (std::size_t bin = 0; bin < 24; ++bin) EXPECT_NEAR(g_a.g[0][bin], g_b.g[0][bin], 1e-9);
  EXPECT_NEAR(g_a.coordination[0][6], 18.0, 1e-12);  // fcc: 12 + 6 nearest, the latter at 1.64
}

TEST(MeanSquareDisplacement, BallisticAcrossCellBordersAndPerSpecies) {
  Structure s = fcc(2, 1.0, 2);
  for (std::size_t i = 0; i < s.size(); ++i)
    s.velocity.push_back(s.type[i] == 0 ? Vec3(3.0, -1.0, 0.5) : Vec3(-2.0, 4.0, 0.0));
  auto parameters = dynamics("nve");
  parameters.timestep = 0.01;
  Simulation run(s, std::make_shared<IdealGas>(), parameters);
  AnalysisParameters a;
  a.msd_every = 5;
  a.msd_window = 300;
  a.vacf_every = 10;
  a.vacf_window = 100;
  Analysis analysis(run.field, a, parameters.timestep);
  analysis.sample(0);
  for (int step = 1; step <= 650; ++step) {
    run.md->step(false);
    analysis.sample(step);
  }
  const auto msd = analysis.msd()->result();
  EXPECT_EQ(msd.whole_windows, 2);
  ASSERT_EQ(msd.time.size(), 61u);
  EXPECT_EQ(msd.samples[10], 3.0);
  EXPECT_EQ(msd.samples[11], 2.0);
  for (std::size_t lag = 0; lag < msd.time.size(); ++lag) {
    const double t2 = msd.time[lag] * msd.time[lag];
    EXPECT_LT((msd.value[0][lag] - t2 * Vec3(9.0, 1.0, 0.25)).norm(), 1e-9) << lag;
    EXPECT_LT((msd.value[1][lag] - t2 * Vec3(4.0, 16.0, 0.0)).norm(), 1e-9) << lag;
    EXPECT_LT((msd.value[2][lag] - t2 * Vec3(6.5, 8.5, 0.125)).norm(), 1e-9) << lag;
  }
  const auto vacf = analysis.vacf()->result();
  EXPECT_EQ(vacf.whole_windows, 6);
  for (const Vec3& c : vacf.value[2]) EXPECT_LT((c - Vec3(6.5, 8.5, 0.125)).norm(), 1e-12);
  EXPECT_NEAR(vacf.diffusion[0].value, 10.25 / 3.0 * 1.0, 1e-12);  // ∫ of a constant over one time unit
  EXPECT_NEAR(vacf.diffusion[0].error, 0.0, 1e-7);
}

TEST(MeanSquareDisplacement, RandomWalkHasItsDiffusionCoefficient) {
  Timers timers;
  Structure s = fcc(3, 0.5);
  auto field = make_force_field(s, std::make_shared<IdealGas>(), timers);
  field.update({true, true});
  const double dt = 0.5, width = 0.07;
  MeanSquareDisplacement msd(field, 2, 40, dt);
  const Random random(8, RandomPurpose::test);
  msd.sample(0);
  for (int step = 1; step <= 1000; ++step) {
    for (std::size_t i = 0; i < field.atoms().n_owned; ++i)
      field.atoms().position[i] +=
          width * random.normal3(static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(field.atoms().id[i]));
    field.update({false, false});
    msd.sample(step);
  }
  const auto result = msd.result();
  const double exact = width * width / (2.0 * dt);
  EXPECT_EQ(result.whole_windows, 25);
  EXPECT_LT(result.diffusion[0].error, 0.05 * exact);
  EXPECT_NEAR(result.diffusion[0].value, exact, 5.0 * result.diffusion[0].error);
  for (int k = 0; k < 3; ++k) EXPECT_NEAR(result.diffusion[1].direction[k], exact, 0.2 * exact);
}

TEST(MeanSquareDisplacement, ABreathingCellMovesNoAtoms) {
  Timers timers;
  const Structure s = fcc(3, 0.9);
  auto field = make_force_field(s, std::make_shared<IdealGas>(), timers);
  field.update({true, true});
  MeanSquareDisplacement msd(field, 1, 0, 1.0);
  msd.sample(0);
  for (int step = 1; step <= 10; ++step) {
    const double stretch = 1.0 + 0.02 * std::sin(step);
    for (std::size_t i = 0; i < field.atoms().n_owned; ++i) field.atoms().position[i] *= stretch;
    field.atoms().cell *= stretch;
    field.update({false, false});
    msd.sample(step);
  }
  const auto result = msd.result();
  EXPECT_EQ(result.whole_windows, 0);
  EXPECT_TRUE(std::isnan(result.diffusion[0].error));
  for (const Vec3& value : result.value[0]) EXPECT_LT(value.norm(), 1e-24);
}

}  // namespace
}  // namespace spinel
