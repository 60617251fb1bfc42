#include "discover/candidate_features.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "crystal/prototype_label.hpp"

namespace spinel {
namespace {

Structure prototype(const char* label) { return make_prototype(parse_prototype_label(label)); }

std::vector<double> features(const std::vector<std::string>& kinds, const Structure& structure) {
  CandidateFeatures of(kinds);
  std::vector<double> values(of.size());
  of.compute(composition_of(structure), &structure, values.data());
  return values;
}

/// The same crystal in another cell, with atoms in another order, elsewhere and turned.
Structure disguised(const Structure& structure) {
  Structure result = structure;
  result.type.clear();
  result.position.clear();
  const double c = std::cos(0.7), s = std::sin(0.7);
  Mat3 turn;
  turn << c, s, 0, -s, c, 0, 0, 0, 1;
  for (int copy = 0; copy < 2; ++copy)
    for (std::size_t k = structure.size(); k-- > 0;) {
      result.type.push_back(structure.type[k]);
      const Vec3 moved = structure.position[k] + copy * Vec3(structure.cell.row(1)) + Vec3(0.3, -0.2, 0.9);
      result.position.push_back(turn.transpose() * moved);
    }
  result.cell.row(1) *= 2.0;
  result.cell = result.cell * turn;
  return result;
}

TEST(CandidateFeatures, DoNotDependOnCellOrderOrPlace) {
  for (const char* label : {"perovskite:SrTiO3 a=3.9", "rutile:TiO2 a=4.6", "heusler:Ni2TiAl a=5.9", "fcc:Al"}) {
    const Structure structure = prototype(label);
    const auto one = features({"composition", "oxidation", "structure"}, structure);
    const auto other = features({"composition", "oxidation", "structure"}, disguised(structure));
    ASSERT_EQ(one.size(), other.size());
    // Distances are stored as floats.
    for (std::size_t k = 0; k < one.size(); ++k)
      EXPECT_NEAR(one[k], other[k], 2e-6 * (1.0 + std::abs(one[k]))) << label << " " << k;
  }
}

TEST(CandidateFeatures, TellSitesApart) {
  // The same composition, strontium and titanium exchanged.
  const auto one = features({"structure"}, prototype("perovskite:Sr,Ti,O a=3.9"));
  const auto other = features({"structure"}, prototype("perovskite:Ti,Sr,O a=3.9"));
  double largest = 0.0;
  for (std::size_t k = 0; k < one.size(); ++k) largest = std::max(largest, std::abs(one[k] - other[k]));
  EXPECT_GT(largest, 0.1);
}

std::vector<double> oxidation(const char* formula) {
  CandidateFeatures of({"oxidation"});
  std::vector<double> values(of.size());
  of.compute(parse_formula(formula), nullptr, values.data());
  return values;
}

TEST(CandidateFeatures, KnowNeutralCompositions) {
  for (const char* formula : {"SrTiO3", "Al2O3", "NaCl", "MgAl2O4"}) {
    const auto values = oxidation(formula);
    EXPECT_NEAR(values[0], 0.0, 1e-12) << formula;
    EXPECT_GT(values[1], -3.0) << formula;
    EXPECT_LT(std::abs(values[2]), 0.3) << formula;
  }
  for (const char* formula : {"NaO3", "Al3O", "MgCl3"}) {
    const auto values = oxidation(formula);
    EXPECT_GT(values[0], 0.05) << formula;
    EXPECT_EQ(values[1], -12.0) << formula;
  }
}

TEST(CandidateFeatures, RefuseWhatTheyCannotTake) {
  EXPECT_THROW(CandidateFeatures({"colour"}), InputError);
  CandidateFeatures of({"structure"});
  std::vector<double> values(of.size());
  EXPECT_THROW(of.compute(parse_formula("NaCl"), nullptr, values.data()), InputError);
  CandidateFeatures composition({"composition"});
  std::vector<double> more(composition.size());
  EXPECT_THROW(composition.compute(parse_formula("OgO2"), nullptr, more.data()), InputError);
}

}  // namespace
}  // namespace spinel
