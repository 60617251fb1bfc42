#include "crystal/prototypes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "crystal/closest_pair.hpp"
#include "crystal/lattice.hpp"
#include "crystal/symmetry.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

const std::vector<std::string> labels = {"Ga", "O", "H"};

std::vector<std::string> species_for(const Prototype& prototype) {
  int letters = 0;
  for (const auto& site : prototype.sites) letters = std::max(letters, site.species + 1);
  return {labels.begin(), labels.begin() + letters};
}

struct Expected {
  const char* name;
  int space_group;
  std::size_t atoms;
  double nearest;    // shortest distance, in units of a
  int coordination;  // of the first atom: neighbors at its shortest distance
};

// Space groups, atoms in the conventional cell and coordination from the literature (Pearson symbols; Hyde & Andersson,
// "Inorganic Crystal Structures"); distances by geometry.
const double r2 = std::sqrt(2.0), r3 = std::sqrt(3.0);
const Expected table[] = {
    {"sc", 221, 1, 1.0, 6},
    {"fcc", 225, 4, 1 / r2, 12},
    {"bcc", 229, 2, r3 / 2, 8},
    {"hcp", 194, 2, 1.0, 12},
    {"dhcp", 194, 4, 1.0, 12},
    {"diamond", 227, 8, r3 / 4, 4},
    {"beta-tin", 141, 4, std::sqrt(0.25 + 0.5456 * 0.5456 / 16), 4},
    {"graphite", 194, 4, 1 / r3, 3},
    {"rocksalt", 225, 8, 0.5, 6},
    {"CsCl", 221, 2, r3 / 2, 8},
    {"zincblende", 216, 8, r3 / 4, 4},
    {"wurtzite", 186, 4, std::sqrt(3.0 / 8), 4},
    {"NiAs", 194, 4, std::sqrt(1.0 / 3 + 1.0 / 6), 6},
    {"WC", 187, 2, std::sqrt(1.0 / 3 + 0.976 * 0.976 / 4), 6},
    {"fluorite", 225, 12, r3 / 4, 8},
    {"antifluorite", 225, 12, r3 / 4, 4},
    {"half-heusler", 216, 12, r3 / 4, 8},
    {"rutile", 136, 6, std::sqrt(2 * 0.195 * 0.195 + 0.644 * 0.644 / 4), 4},
    {"MoSi2", 139, 6, std::sqrt(2.0 / 3), 10},
    {"C15", 227, 24, r2 / 4, 12},
    {"AlB2", 191, 3, 1 / r3, 12},
    {"A15", 223, 8, 0.5, 2},
    {"ReO3", 221, 4, 0.5, 6},
    {"D0_3", 225, 16, r3 / 4, 8},
    {"D0_19", 194, 8, 0.5, 12},
    {"D0_22", 139, 8, 1 / r2, 12},
    {"D0_23", 139, 16, 1 / r2, 12},
    {"D0_24", 194, 16, 0.5, 12},
    {"L1_0", 123, 4, 1 / r2, 12},
    {"L1_1", 166, 6, 1.0, 12},
    {"L1_2", 221, 4, 1 / r2, 12},
    {"heusler", 225, 16, r3 / 4, 8},
    {"perovskite", 221, 5, 0.5, 12},
    {"spinel", 227, 56, 0, 4},
};

/// Neighbors of the first atom at its own shortest distance.
int coordination(const Structure& s) {
  std::vector<double> distances;
  for (std::size_t j = 0; j < s.size(); ++j)
    for (int a = -3; a <= 3; ++a)
      for (int b = -3; b <= 3; ++b)
        for (int c = -3; c <= 3; ++c) {
          const double d = (s.position[j] - s.position[0] + to_cartesian(s.cell, Vec3(a, b, c))).norm();
          if (d > 1e-9) distances.push_back(d);
        }
  const double nearest = *std::min_element(distances.begin(), distances.end());
  return static_cast<int>(
      std::count_if(distances.begin(), distances.end(), [&](double d) { return d < nearest * (1 + 1e-6); }));
}

}  // namespace

TEST(Prototypes, SpaceGroupsDistancesAndCoordination) {
  const double a = 4.0;
  std::set<std::string> tested;
  for (const Expected& expected : table) {
    SCOPED_TRACE(expected.name);
    const Prototype& prototype = find_prototype(expected.name);
    tested.insert(prototype.name);
    const Structure s = make_prototype(expected.name, species_for(prototype), a);
    EXPECT_EQ(s.size(), expected.atoms);
    EXPECT_EQ(prototype.space_group, expected.space_group);
    EXPECT_EQ(symmetry(s, 1e-4).number, expected.space_group) << symmetry(s, 1e-4).symbol;
    if (expected.nearest > 0) {
      EXPECT_NEAR(closest_pair(s).distance, expected.nearest * a, 1e-9);
    }
    EXPECT_EQ(coordination(s), expected.coordination);
    for (const auto& site : prototype.sites)
      for (const double x : {site.x, site.y, site.z}) EXPECT_TRUE(x >= 0 && x < 1);
  }
  EXPECT_EQ(tested.size(), prototypes().size()) << "a prototype is not in the table above";
}

TEST(Prototypes, FormulasAreTheStoichiometry) {
  for (const Prototype& prototype : prototypes()) {
    SCOPED_TRACE(prototype.name);
    std::map<int, int> count;
    for (const auto& site : prototype.sites) ++count[site.species];
    std::vector<int> wanted;  // AB2C4 → 1 2 4
    for (const char c : prototype.formula) {
      if (c >= 'A' && c <= 'Z')
        wanted.push_back(1);
      else
        wanted.back() = c - '0';
    }
    ASSERT_EQ(wanted.size(), count.size());
    const int units = count[0] / wanted[0];
    for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_EQ(count[static_cast<int>(i)], wanted[i] * units);
  }
}

// MgAl2O4, a = 8.0806 Å (Redfern et al., Am. Mineral. 84, 299 (1999)): Mg–O 1.92 Å tetrahedral, Al–O 1.93 Å octahedral.
TEST(Prototypes, SpinelBonds) {
  const double a = 8.0806, x = 0.2624;
  const Structure s = make_prototype("spinel", {"Mg", "Al", "O"}, a);
  EXPECT_EQ(s.formula(), "Al16Mg8O32");
  EXPECT_NEAR(closest_pair(s).distance,
              std::min(r3 * (x - 0.125) * a, std::sqrt((0.5 - x) * (0.5 - x) + 2 * (x - 0.25) * (x - 0.25)) * a), 1e-9);
  EXPECT_NEAR(closest_pair(s).distance, 1.92, 0.01);
}

TEST(Prototypes, NamesAreForgiving) {
  for (const char* name : {"L1_2", "l12", "L1-2", "Cu3Au"}) EXPECT_EQ(find_prototype(name).name, "L1_2");
  for (const char* name : {"NaCl", "B1", "rock-salt", "Rock Salt"}) EXPECT_EQ(find_prototype(name).name, "rocksalt");
  EXPECT_EQ(find_prototype("Half_Heusler").name, "half-heusler");
  std::set<std::string> names;
  for (const Prototype& prototype : prototypes()) {
    EXPECT_EQ(&find_prototype(prototype.name), &prototype);
    for (const auto& alias : prototype.aliases) EXPECT_EQ(&find_prototype(alias), &prototype) << alias;
  }
  const std::string message = input_error([] { find_prototype("rocksolt"); });
  EXPECT_NE(message.find("'rocksolt'"), std::string::npos);
  EXPECT_NE(message.find("zincblende"), std::string::npos);
}

TEST(Prototypes, LatticeConstants) {
  EXPECT_NEAR(cell_parameters(make_prototype("hcp", {"Mg"}, 3.2).cell).c, 3.2 * std::sqrt(8.0 / 3), 1e-12);
  const CellParameters p = cell_parameters(make_prototype("hcp", {"Zn"}, 2.66, 0, 4.95).cell);
  EXPECT_NEAR(p.c, 4.95, 1e-12);
  EXPECT_NEAR(p.gamma, 120, 1e-12);
  EXPECT_EQ(symmetry(make_prototype("fcc", {"Al"}, 4, 0, 4.2)).number, 139);
  EXPECT_EQ(symmetry(make_prototype("L1_0", {"Cu", "Au"}, 3.96, 0, 3.67)).number, 123);
  EXPECT_NE(input_error([] { make_prototype("fcc", {"Al"}, 0); }).find("lattice constant"), std::string::npos);
  EXPECT_NE(input_error([] { make_prototype("rocksalt", {"Na"}, 5); }).find("AB"), std::string::npos);
  EXPECT_NE(input_error([] { make_prototype("fcc", {"Qq"}, 4); }).find("unknown element"), std::string::npos);
  EXPECT_EQ(make_prototype("fcc", {"bead"}, 1.7, 0, 0, true).species[0].mass, 1.0);
}
