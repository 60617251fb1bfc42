#include "crystal/prototype_label.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "crystal/elements.hpp"
#include "crystal/prototypes.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

/// "L1_2 Al,Ti 3.97 0 0"
std::string shown(const std::string& text) {
  const PrototypeLabel label = parse_prototype_label(text);
  return fmt::format("{} {} {} {} {}", label.prototype, fmt::join(label.species, ","), label.a, label.b, label.c);
}

}  // namespace

TEST(PrototypeLabel, ElementsByAmountOrOrder) {
  const std::pair<const char*, const char*> cases[] = {
      {"hcp:Ti", "hcp Ti 0 0 0"},
      {"A3:Ti4", "hcp Ti 0 0 0"},
      {"hcp:Ti a=2.95 c=4.68", "hcp Ti 2.95 0 4.68"},
      {"  L1_2:TiAl3   a=3.97 ", "L1_2 Al,Ti 3.97 0 0"},
      {"L12:Al3Ti", "L1_2 Al,Ti 0 0 0"},
      {"L1_2:Al,Ti", "L1_2 Al,Ti 0 0 0"},
      {"L1_2:Al0.75Ti0.25", "L1_2 Al,Ti 0 0 0"},
      {"TiAl:TiAl", "L1_0 Ti,Al 0 0 0"},
      {"L1_0:AlTi", "L1_0 Al,Ti 0 0 0"},
      {"CsCl:Ti4Al4", "CsCl Ti,Al 0 0 0"},
      {"perovskite:SrTiO3", "perovskite Sr,Ti,O 0 0 0"},
      {"perovskite:O3TiSr", "perovskite Ti,Sr,O 0 0 0"},
      {"spinel:O4MgAl2", "spinel Mg,Al,O 0 0 0"},
      {"C15:MgCu2 a=7 b=7.1 c=7.2", "C15 Mg,Cu 7 7.1 7.2"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(shown(text), expected) << text;
}

TEST(PrototypeLabel, WhatIsNone) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "is no prototype with its elements"},
      {"hcp", "is no prototype with its elements"},
      {"hcp:", "is no prototype with its elements"},
      {":Ti", "is no prototype with its elements"},
      {"hpc:Ti", "unknown prototype 'hpc'"},
      {"hcp:Tt", "Tt"},
      {"L1_2:TiAl", "which TiAl does not fit"},
      {"L1_2:TiAl2", "which TiAl2 does not fit"},
      {"L1_2:Ti3AlV", "which Ti3AlV does not fit"},
      {"L1_2:Ti", "which Ti does not fit"},
      {"L1_2:Ti,Al,V", "needs 2 elements, not 3"},
      {"L1_2:Ti,", "empty species"},
      {"L1_0:Ti1.1.1Al", "is no formula"},
      {"hcp:Ti 2.95", "'2.95' of"},
      {"hcp:Ti a=", "'a=' of"},
      {"hcp:Ti a=-2", "'a=-2' of"},
      {"hcp:Ti d=2", "'d=2' of"},
      {"hcp:Ti c=4.68", "lacks its lattice constant a"},
  };
  for (const auto& [text, words] : cases) {
    std::string message;
    try {
      parse_prototype_label(text);
    } catch (const InputError& error) {
      message = error.what();
    }
    EXPECT_NE(message.find(words), std::string::npos) << text << ": " << message;
  }
}

TEST(PrototypeLabel, EstimatedLatticeConstants) {
  // Elements: within 1 % of measured lattice constants (Å).
  for (const auto& [text, measured] :
       {std::pair{"fcc:Al", 4.050}, {"bcc:Fe", 2.867}, {"hcp:Ti", 2.951}, {"diamond:Si", 5.431}, {"fcc:Au", 4.078}})
    EXPECT_NEAR(make_prototype(parse_prototype_label(text)).cell(0, 0), measured, 0.01 * measured) << text;
  // Compounds: near enough for a relaxation to begin.
  for (const auto& [text, measured] : {std::pair{"L1_2:Ni3Al", 3.57},
                                       {"CsCl:NiAl", 2.89},
                                       {"NaCl:MgO", 4.21},
                                       {"NaCl:NaCl", 5.64},
                                       {"perovskite:SrTiO3", 3.905},
                                       {"zincblende:GaAs", 5.65},
                                       {"fluorite:CaF2", 5.46}})
    EXPECT_NEAR(make_prototype(parse_prototype_label(text)).cell(0, 0), measured, 0.25 * measured) << text;
  EXPECT_THROW(make_prototype(parse_prototype_label("fcc:At")), InputError);
  EXPECT_NO_THROW(make_prototype(parse_prototype_label("fcc:At a=6")));
}

TEST(PrototypeLabel, CrystalsOfElements) {
  EXPECT_EQ(element_prototype(22), "hcp");
  EXPECT_EQ(element_prototype(13), "fcc");
  EXPECT_EQ(element_prototype(25), "");  // manganese
  int known = 0;
  for (int z = 1; z <= 118; ++z) {
    const std::string name = element_prototype(z);
    if (name.empty()) continue;
    ++known;
    EXPECT_GT(atomic_volume(z), 0.0) << z;
    EXPECT_EQ(find_prototype(name).formula, "A") << z;
  }
  EXPECT_GT(known, 60);
}
