#include "discover/known_hull.hpp"

#include <gtest/gtest.h>

#include <cmath>

using namespace spinel;

namespace {

KnownHull titanium_aluminum() {
  EntryList known;
  known.kind = EnergyKind::total;
  const auto add = [&](const char* id, const char* formula, double energy) {
    known.entries.push_back({id, parse_formula(formula), energy});
  };
  add("al_high", "Al", -3.6);
  add("al", "Al", -3.7);
  add("tial_high", "TiAl", -6.0);
  add("ti", "Ti", -7.8);
  add("tial", "TiAl", -6.15);  // 0.4 below the elements
  return {Communicator::world(), known};
}

}  // namespace

TEST(KnownHull, EnergiesAndPhasesOnAllRanks) {
  KnownHull hull = titanium_aluminum();
  hull.compute();
  const std::vector<Composition> asked = {parse_formula("Ti3Al"), parse_formula("TiAl"), parse_formula("Al2"),
                                          parse_formula("Al3Ti"), parse_formula("NiAl")};
  const auto points = hull.at(asked);
  const auto phases = hull.phases(asked);
  ASSERT_EQ(points.size(), asked.size());
  ASSERT_EQ(phases.size(), asked.size());
  EXPECT_NEAR(points[0].energy, 0.5 * (-7.8 - 6.15), 1e-12);
  EXPECT_NEAR(points[0].formation_energy, -0.2, 1e-12);
  EXPECT_NEAR(points[3].energy, 0.5 * (-3.7 - 6.15), 1e-12);
  using Numbers = std::vector<std::int64_t>;
  EXPECT_EQ(phases[0], (Numbers{3, 4}));
  EXPECT_EQ(phases[1], Numbers{4});
  EXPECT_EQ(phases[2], Numbers{1});
  EXPECT_EQ(phases[3], (Numbers{1, 4}));
  EXPECT_TRUE(std::isnan(points[4].energy));
  EXPECT_TRUE(phases[4].empty());
}

TEST(KnownHull, OneMoreEntryLowersIt) {
  KnownHull hull = titanium_aluminum();
  hull.add({"ti3al", parse_formula("Ti3Al"), -7.2});
  hull.compute();
  const std::vector<Composition> asked = {parse_formula("Ti3Al")};
  EXPECT_NEAR(hull.at(asked)[0].energy, -7.2, 1e-12);
  EXPECT_EQ(hull.phases(asked)[0], std::vector<std::int64_t>{5});
}
