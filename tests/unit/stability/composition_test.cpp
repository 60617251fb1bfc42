#include "stability/composition.hpp"

#include "crystal/elements.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

/// "Fe:2 O:3", in the order of atomic numbers.
std::string parts(const Composition& composition) {
  std::string result;
  for (const auto& part : composition.parts)
    result += fmt::format("{}{}:{:g}", result.empty() ? "" : " ", element_symbol(part.atomic_number), part.amount);
  return result;
}

}  // namespace

TEST(Formula, ElementsAmountsAndBrackets) {
  const std::pair<const char*, const char*> cases[] = {
      {"Fe2O3", "O:3 Fe:2"},
      {"Li1 Fe1 P1 O4", "Li:1 O:4 P:1 Fe:1"},
      {" Ti ", "Ti:1"},
      {"Ca(OH)2", "H:2 O:2 Ca:1"},
      {"K4[Fe(CN)6]", "C:6 N:6 K:4 Fe:1"},
      {"Ca5(P O4)3(OH)", "H:1 O:13 P:3 Ca:5"},
      {"{[Na2(C1)2]2}3", "C:12 Na:12"},
      {"Li0.5CoO2", "Li:0.5 O:2 Co:1"},
      {"(Ni0.25Fe0.75)3Al", "Al:1 Fe:2.25 Ni:0.75"},
      {"CoCo3", "Co:4"},
      {"COCo", "C:1 O:1 Co:1"},
      {"D2O", "H:2 O:1"},
      {"Og118", "Og:118"},
      {"Li0Fe", "Fe:1"},
      {"Fe.5O1.", "O:1 Fe:0.5"},
  };
  for (const auto& [formula, expected] : cases) EXPECT_EQ(parts(parse_formula(formula)), expected) << formula;
}

TEST(Formula, WhatIsNone) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "no element"},          {"  ", "no element"},        {"Xx2", "unknown element 'Xx'"},
      {"Feo2", "unknown element"}, {"fe2", "unexpected 'f'"},   {"Fe2)", "unexpected ')'"},
      {"(Fe2", "lacks its ')'"},   {"(Fe]2", "unexpected ']'"}, {"Fe2+", "unexpected '+'"},
      {"Fe1.2.3", "is no number"}, {"2Fe", "unexpected '2'"},   {"Fe0", "no element"},
      {"Fe-O", "unexpected '-'"},  {"Fe.", "is no number"},
  };
  for (const auto& [formula, words] : cases) {
    const auto message = input_error([&, f = formula] { parse_formula(f); });
    EXPECT_TRUE(contains(message, words)) << formula << ": " << message;
  }
  EXPECT_TRUE(contains(input_error([] { parse_formula(std::string(5000, '(') + "H"); }), "brackets in each other"));
}

TEST(Formula, KeysOfDictionaries) {
  const std::pair<const char*, int> cases[] = {{"Fe", 26}, {"Fe3+", 26},          {"O2-", 8}, {"Fe+", 26}, {"Fe0+", 26},
                                               {"Li+", 3}, {"Fe2.5+,spin=5", 26}, {"D", 1}};
  for (const auto& [key, z] : cases) EXPECT_EQ(element_of_key(key), z) << key;
  for (const char* wrong : {"", "fe", "Fe2", "FeO", "Zz", "@class", "Fe++x"})
    EXPECT_NE(input_error([&] { element_of_key(wrong); }), "") << wrong;
}

TEST(Formula, Reduced) {
  // pymatgen's Composition(...).reduced_formula.
  const std::pair<const char*, const char*> cases[] = {
      {"Li8Fe8P8O32", "LiFePO4"}, {"O6Al4", "Al2O3"},        {"Al6Ti2", "TiAl3"}, {"Cl4Na4", "NaCl"}, {"Fe12", "Fe"},
      {"Co6Ni2", "Co3Ni"},        {"Li0.5CoO2", "Li0.5CoO2"}};
  for (const auto& [formula, expected] : cases) EXPECT_EQ(reduced_formula(parse_formula(formula)), expected) << formula;
}

TEST(ElementSets, HoldEveryElement) {
  ElementSet all;
  for (int z = 1; z <= 118; ++z) {
    ElementSet one;
    one.insert(z);
    EXPECT_EQ(one.size(), 1);
    EXPECT_EQ(one.atomic_numbers(), std::vector<int>{z});
    EXPECT_FALSE(all.contains(one));
    all.insert(z);
    EXPECT_TRUE(all.contains(one) && all.contains(z));
    EXPECT_EQ(all.size(), z);
  }
  EXPECT_EQ(chemical_system_name(parse_formula("LiFePO4").elements()), "Fe-Li-O-P");
}

TEST(Composition, HydratesHaveADot) {
  for (const char* formula : {"CuSO4.5H2O", "CuSO4·5H2O", "CuSO4*5H2O", "CuSO4.5(H2O)", "CuSO4•5H2O"})
    EXPECT_EQ(reduced_formula(parse_formula(formula)), reduced_formula(parse_formula("CuSO9H10"))) << formula;
  EXPECT_NEAR(parse_formula("CaSO4.0.5H2O").fraction(8), 4.5 / 7.5, 1e-12);
  EXPECT_EQ(reduced_formula(parse_formula("Na2CO3.10H2O")), reduced_formula(parse_formula("Na2CO13H20")));
  EXPECT_EQ(reduced_formula(parse_formula("MgCl2·6NH3")), reduced_formula(parse_formula("MgCl2N6H18")));
  // A point in a number is one.
  EXPECT_NEAR(parse_formula("Li0.5H2O").fraction(3), 0.5 / 3.5, 1e-12);
  EXPECT_NEAR(parse_formula("Li0.5CoO2").fraction(3), 0.5 / 3.5, 1e-12);
}
