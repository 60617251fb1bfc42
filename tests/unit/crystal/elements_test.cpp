#include "crystal/elements.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

using namespace spinel;
using spinel::testing::input_error;

TEST(Elements, SymbolsAndNumbersAreInverse) {
  for (int z = 1; z <= 118; ++z) {
    EXPECT_EQ(atomic_number(element_symbol(z)), z);
    if (z > 1) {
      EXPECT_NE(std::string(element_symbol(z)), element_symbol(z - 1));
    }
  }
  EXPECT_STREQ(element_symbol(1), "H");
  EXPECT_STREQ(element_symbol(57), "La");
  EXPECT_STREQ(element_symbol(118), "Og");
  EXPECT_EQ(atomic_number("SI"), 14);
  EXPECT_EQ(atomic_number("si"), 14);
  EXPECT_EQ(atomic_number("X"), 0);
  EXPECT_EQ(atomic_number(""), 0);
  EXPECT_NE(input_error([] { element_symbol(119); }), "");
}

// IUPAC 2021: Prohaska et al., Pure Appl. Chem. 94, 573, tables 1 and 2.
TEST(Elements, StandardWeights) {
  EXPECT_DOUBLE_EQ(atomic_weight(1), 1.008);
  EXPECT_DOUBLE_EQ(atomic_weight(14), 28.085);
  EXPECT_DOUBLE_EQ(atomic_weight(18), 39.95);
  EXPECT_DOUBLE_EQ(atomic_weight(26), 55.845);
  EXPECT_DOUBLE_EQ(atomic_weight(72), 178.486);
  EXPECT_DOUBLE_EQ(atomic_weight(82), 207.2);
  EXPECT_DOUBLE_EQ(atomic_weight(92), 238.02891);
}

TEST(Elements, UnknownSymbolsNameTheNearest) {
  EXPECT_EQ(nearest_symbol("Fe1"), "Fe");
  EXPECT_EQ(nearest_symbol("Xx"), "Xe");
  EXPECT_EQ(nearest_symbol("O2-"), "O");
  const std::string message = input_error([] { species_from_symbol("Sii"); });
  EXPECT_NE(message.find("unknown element 'Sii'"), std::string::npos) << message;
  EXPECT_NE(message.find("'Si'"), std::string::npos) << message;
}

TEST(Elements, IsotopesAndLabels) {
  EXPECT_EQ(species_from_symbol("D").atomic_number, 1);
  EXPECT_NEAR(species_from_symbol("T").mass, 3.0160, 1e-4);
  const Species label = species_from_symbol("bead", true);
  EXPECT_EQ(label.atomic_number, 0);
  EXPECT_EQ(label.mass, 1.0);
  EXPECT_EQ(species_from_symbol("Ar", true).mass, 1.0);
  EXPECT_EQ(species_from_symbol("Ar", true).atomic_number, 18);
  EXPECT_NE(input_error([] { species_from_symbol("bead"); }), "");
}

TEST(Structure, FormulaInHillOrder) {
  Structure s;
  for (const char* symbol : {"O", "H", "C", "H", "H", "C", "O"}) {
    s.type.push_back(add_species(s, species_from_symbol(symbol)));
    s.position.emplace_back(0, 0, 0);
  }
  EXPECT_EQ(s.formula(), "C2H3O2");
  EXPECT_NEAR(s.total_mass(), 2 * 12.011 + 3 * 1.008 + 2 * 15.999, 1e-12);
  s.type = {add_species(s, species_from_symbol("O")), add_species(s, species_from_symbol("Li")),
            add_species(s, species_from_symbol("Li"))};
  EXPECT_EQ(s.formula(), "Li2O");
}
