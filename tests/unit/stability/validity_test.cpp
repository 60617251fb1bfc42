#include <limits>
#include <random>

#include "crystal/elements.hpp"
#include "crystal/prototypes.hpp"
#include "stability/assess/composition_validity.hpp"
#include "stability/assess/coordination.hpp"
#include "stability/assess/structure_validity.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

/// "balanced Na+1 Cl-1", "alloy".
std::string verdict(const std::string& formula, OxidationTable table = OxidationTable::smact14) {
  const Composition composition = parse_formula(formula);
  const CompositionValidity validity = composition_validity(composition, table);
  const std::string states = oxidation_text(composition, validity);
  return name(validity.verdict) + (states.empty() ? "" : " " + states);
}

/// The rule as it is written down: every choice of states, every pair of elements.
CompositionVerdict by_enumeration(const Composition& composition, OxidationTable table) {
  const std::size_t n = composition.parts.size();
  std::vector<std::vector<int>> states(n);
  std::vector<double> electronegativity(n);
  bool metals = true;
  for (std::size_t k = 0; k < n; ++k) {
    const auto& element = element_chemistry(composition.parts[k].atomic_number, table);
    states[k] = element.anion;
    states[k].insert(states[k].end(), element.cation.begin(), element.cation.end());
    electronegativity[k] = element.electronegativity;
    metals = metals && element.metal;
  }
  if (n == 1) return CompositionVerdict::element;
  if (metals) return CompositionVerdict::alloy;
  for (std::size_t k = 0; k < n; ++k)
    if (states[k].empty() || electronegativity[k] == 0.0) return CompositionVerdict::unknown;
  bool neutral = false;
  std::vector<std::size_t> choice(n, 0);
  while (true) {
    double charge = 0.0;
    bool in_order = true;
    for (std::size_t k = 0; k < n; ++k) {
      charge += composition.parts[k].amount * states[k][choice[k]];
      for (std::size_t l = 0; l < n; ++l)
        if (states[k][choice[k]] > 0 && states[l][choice[l]] < 0 && electronegativity[k] >= electronegativity[l])
          in_order = false;
    }
    if (charge == 0.0) {
      if (in_order) return CompositionVerdict::balanced;
      neutral = true;
    }
    std::size_t k = 0;
    while (k < n && ++choice[k] == states[k].size()) choice[k++] = 0;
    if (k == n) break;
  }
  return neutral ? CompositionVerdict::not_in_order : CompositionVerdict::not_neutral;
}

}  // namespace

TEST(CompositionValidity, KnownCompounds) {
  const std::pair<const char*, const char*> cases[] = {
      {"Si", "element"},
      {"He", "element"},
      {"TiAl3", "alloy"},
      {"GeSb", "alloy"},
      {"NaCl", "balanced Na+1 Cl-1"},
      {"Na8Cl8", "balanced Na+1 Cl-1"},
      {"TiO2", "balanced O-2 Ti+4"},
      {"LiFePO4", "balanced Li+1 O-2 P+5 Fe+2"},
      {"Fe3O4", "not_neutral"},  // iron of two states at once
      {"NaCl2", "not_neutral"},
      {"HeO", "unknown"},
      {"PmO", "unknown"},  // SMACT has no electronegativity of promethium
      {"NaF3", "not_neutral"},
      {"OF2", "balanced O+2 F-1"},
      {"FeSi", "balanced Si-4 Fe+4"},
      {"CuSi", "not_in_order"},  // both 1.90
      {"Li0.5CoO2", "not_neutral"},
      {"LiCo2O4", "not_neutral"},
      {"Li2Co2O4", "balanced Li+1 O-2 Co+3"},
  };
  for (const auto& [formula, expected] : cases) EXPECT_EQ(verdict(formula), expected) << formula;
  EXPECT_EQ(verdict("PuO4"), "balanced O-2 Pu+8");
  EXPECT_EQ(verdict("PuO4", OxidationTable::icsd24), "balanced O-1 Pu+4");
  EXPECT_EQ(verdict("BeF", OxidationTable::smact14), "balanced Be+1 F-1");
  EXPECT_EQ(verdict("BeF", OxidationTable::icsd24), "not_neutral");
}

TEST(CompositionValidity, AgreesWithEnumeration) {
  std::mt19937 random(7);
  std::size_t counts[6] = {};
  for (int trial = 0; trial < 4000; ++trial) {
    Composition composition;
    const int n = 2 + trial % 4;
    for (int k = 0; k < n; ++k) composition.add(1 + static_cast<int>(random() % 103), 1.0 + random() % 9);
    for (const auto table : {OxidationTable::smact14, OxidationTable::icsd24}) {
      const auto expected = by_enumeration(composition, table);
      const auto found = composition_validity(composition, table);
      ASSERT_EQ(found.verdict, expected) << reduced_formula(composition);
      ++counts[static_cast<std::size_t>(expected)];
      if (expected != CompositionVerdict::balanced) continue;
      double charge = 0.0;
      for (std::size_t k = 0; k < composition.parts.size(); ++k)
        charge += composition.parts[k].amount * found.states[k];
      EXPECT_EQ(charge, 0.0) << oxidation_text(composition, found);
    }
  }
  for (const auto verdict : {CompositionVerdict::alloy, CompositionVerdict::balanced, CompositionVerdict::unknown,
                             CompositionVerdict::not_neutral, CompositionVerdict::not_in_order})
    EXPECT_GT(counts[static_cast<std::size_t>(verdict)], 20u) << name(verdict);
}

TEST(CompositionValidity, AnyAmounts) {
  EXPECT_EQ(verdict("Li0.333333Co0.666667O1"), verdict("LiCo2O3"));
  EXPECT_EQ(verdict("Na0.25Cl0.25"), "balanced Na+1 Cl-1");
  EXPECT_EQ(verdict("Na100000Cl100001"), "not_neutral");
  EXPECT_EQ(verdict("Fe2000000O3000000"), "balanced O-2 Fe+3");
  // Twelve elements of up to ten states each would be 10^12 choices.
  EXPECT_EQ(verdict("Li7Na5K3Mg11Ca13Fe17Mn19Co23Ni29P31S37O400").substr(0, 3), "bal");
  EXPECT_TRUE(contains(input_error([] { verdict("Na3.14159265Cl2.71828183"); }), "no formula of whole atoms"));
  EXPECT_TRUE(contains(input_error([] { composition_validity({}); }), "no element"));
}

TEST(StructureValidity, DistanceAndVolume) {
  const Structure salt = make_prototype("rocksalt", {"Na", "Cl"}, 5.64);
  const auto good = structure_validity(salt);
  EXPECT_TRUE(good.valid);
  EXPECT_NEAR(good.shortest_distance, 2.82, 1e-12);
  EXPECT_NEAR(good.volume, 5.64 * 5.64 * 5.64, 1e-9);

  Structure close = salt;
  close.position[1] = close.position[0] + Vec3(0.3, 0.0, 0.39);
  EXPECT_FALSE(structure_validity(close).valid);
  EXPECT_NEAR(structure_validity(close).shortest_distance, std::hypot(0.3, 0.39), 1e-12);
  EXPECT_TRUE(structure_validity(close, {0.49, 0.1}).valid);
  // Across the boundary of the cell.
  close.position[1] = close.position[0] + Vec3(5.64 - 0.45, 5.64, -5.64);
  EXPECT_NEAR(structure_validity(close).shortest_distance, 0.45, 1e-9);

  Structure flat = make_prototype("sc", {"Po"}, 0.4);
  EXPECT_FALSE(structure_validity(flat).valid);
  EXPECT_EQ(structure_validity(flat).shortest_distance, 0.0);  // below 0.1 Å³
  flat.cell = Mat3::Identity() * 0.48;
  EXPECT_FALSE(structure_validity(flat).valid);
  EXPECT_NEAR(structure_validity(flat).shortest_distance, 0.48, 1e-12);

  Structure broken = salt;
  broken.position[3][1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(structure_validity(broken).valid);
  EXPECT_FALSE(structure_validity(Structure{}).valid);
}

TEST(Coordination, CrystalsWhoseNeighborsAreKnown) {
  struct Case {
    const char* prototype;
    std::vector<std::string> species;
    std::vector<int> shell;
    double effective;  // of the first atom; the sum over shells by hand
  };
  const Case cases[] = {{"fcc", {"Cu"}, {12}, 12.0192206},
                        {"bcc", {"Fe"}, {14}, 11.6301411},
                        {"diamond", {"Si"}, {4}, 4.0},
                        {"rocksalt", {"Na", "Cl"}, {6, 6}, 6.0393919},
                        {"CsCl", {"Cs", "Cl"}, {14, 14}, 11.6301411},
                        {"fluorite", {"Ca", "F"}, {8, 10}, 8.0}};
  CoordinationFinder finder;
  for (const Case& one : cases) {
    const Structure crystal = make_prototype(one.prototype, one.species, 4.0);
    const Coordination found =
        finder.find(crystal.cell, crystal.position[0].data(), static_cast<std::int64_t>(crystal.size()));
    for (std::size_t i = 0; i < crystal.size(); ++i)
      EXPECT_EQ(found.shell[i], one.shell[static_cast<std::size_t>(crystal.type[i])]) << one.prototype;
    EXPECT_NEAR(found.effective[0], one.effective, one.prototype[0] == 'd' || one.prototype[1] == 'l' ? 0.05 : 1e-5)
        << one.prototype;
  }
  Structure lonely = make_prototype("sc", {"Ar"}, 20.0);
  EXPECT_EQ(finder.find(lonely.cell, lonely.position[0].data(), 1).shell[0], 0);
  EXPECT_EQ(finder.find(lonely.cell, lonely.position[0].data(), 1).effective[0], 0.0);
}
