#include "crystal/formats/cif/cif.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "crystal/closest_pair.hpp"
#include "crystal/elements.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/lattice.hpp"
#include "crystal/prototypes.hpp"
#include "crystal/symmetry.hpp"
#include "crystal/symmetry_operation.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

std::string cell(double a, double c, double gamma) {
  return fmt::format(
      "_cell_length_a {0}\n_cell_length_b {0}\n_cell_length_c {1}(3)\n_cell_angle_alpha 90\n"
      "_cell_angle_beta 90.0\n_cell_angle_gamma {2}\n",
      a, c, gamma);
}
const std::string site_loop = "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n";

}  // namespace

TEST(Cif, SymbolsOfSpaceGroups) {
  const std::string sites = site_loop + "Na1 0 0 0\nCl1 0.5 0.5 0.5\n";
  for (const char* symmetry :
       {"_symmetry_space_group_name_H-M 'F m -3 m'\n", "_space_group_name_H-M_alt 'Fm-3m'\n",
        "_space_group_IT_number 225\n", "_symmetry_Int_Tables_number 225\n", "_space_group_name_Hall '-F 4 2 3'\n"}) {
    const Structure s = parse_cif("data_x\n" + cell(5.64, 5.64, 90) + symmetry + sites, "t");
    EXPECT_EQ(s.formula(), "Cl4Na4") << symmetry;
    EXPECT_EQ(spinel::symmetry(s).number, 225) << symmetry;
    EXPECT_NEAR(closest_pair(s).distance, 2.82, 1e-12) << symmetry;
    EXPECT_EQ(s.info.at("data_block"), "x");
  }
}

// Mg (hcp) with the operations of P6_3/mmc that its site needs, coordinates to four digits.
TEST(Cif, LoopOfOperationsAndRoundedSpecialPositions) {
  const std::string operations =
      "loop_\n_symmetry_equiv_pos_as_xyz\n'x, y, z'\n'-y, x-y, "
      "z'\n'-x+y,-x,z'\n'-X,-Y,1/2+Z'\n'y,-x+y,z+0.5'\n'x-y,x,z+1/2'\n"
      "'-x,-y,-z'\n'y,-x+y,-z'\n'x-y,x,-z'\n'x,y,-z+1/2'\n'-y,x-y,-z+1/2'\n'-x+y,-x,-z+1/2'\n";
  const Structure s =
      parse_cif("data_Mg\n" + cell(3.21, 5.21, 120) + operations + site_loop + "Mg 0.3333 0.6667 0.25\n", "t");
  ASSERT_EQ(s.size(), 2u);
  EXPECT_NEAR((to_fractional_matrix(s.cell) * s.position[0] - Vec3(.3333, .6667, .25)).norm(), 0, 1e-12);
  EXPECT_EQ(symmetry(s, 0.01).number, 194);
}

TEST(Cif, TrigonalSettingsAndOrigins) {
  const std::string sites = site_loop + "Al 0 0 0.3521\nO 0.3064 0 0.25\n";
  for (const char* symbol : {"R -3 c", "R -3 c :H", "R -3 c H", "R-3c"}) {
    const Structure s =
        parse_cif("data_c\n" + cell(4.759, 12.99, 120) + "_space_group_name_H-M_alt '" + symbol + "'\n" + sites, "t");
    EXPECT_EQ(s.formula(), "Al12O18") << symbol;
    EXPECT_EQ(symmetry(s).number, 167) << symbol;
  }
  const auto diamond = [](const std::string& symbol, const std::string& x) {
    return parse_cif("data_c\n" + cell(3.57, 3.57, 90) + "_symmetry_space_group_name_H-M '" + symbol + "'\n" +
                         site_loop + "C1 " + x + "\n",
                     "t");
  };
  EXPECT_EQ(diamond("F d -3 m :1", "0 0 0").size(), 8u);
  EXPECT_EQ(diamond("F d -3 m :2", "0.125 0.125 0.125").size(), 8u);
  EXPECT_EQ(diamond("F d -3 m Z", "0.125 0.125 0.125").size(), 8u);
  EXPECT_EQ(diamond("F d -3 m S", "0 0 0").size(), 8u);
  EXPECT_NE(input_error([&] { diamond("F d -3 m", "0 0 0"); }).find("two origins"), std::string::npos);
}

TEST(Cif, ElementsOfLabelsAndTypeSymbols) {
  const std::string typed =
      "loop_\n_atom_site_type_symbol\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n_"
      "atom_site_occupancy\n";
  const Structure s =
      parse_cif("data_t\n" + cell(9, 9, 90) + typed +
                    "Fe3+ M1 0 0 0 1.0\nO2- ? .2 0 0 ?\nCA C1 .4 0 0 1.000(2)\nD H1 .6 0 0 .\n. Ow .8 0 0 1\n",
                "t");
  EXPECT_EQ(symbol_of(s, 0) + symbol_of(s, 1) + symbol_of(s, 2) + symbol_of(s, 3) + symbol_of(s, 4), "FeOCaDO");
  const Structure labels =
      parse_cif("data_t\n" + cell(9, 9, 90) + site_loop + "Si1 0 0 0\nCl(2) .3 0 0\nC12 .6 0 0\n", "t");
  EXPECT_EQ(labels.formula(), "CClSi");
}

TEST(Cif, EveryBlockWithSitesIsAStructure) {
  const std::string text = "data_global\n_journal_name none\ndata_one\n" + cell(4, 4, 90) + site_loop +
                           "H 0 0 0\ndata_two\n" + cell(5, 5, 90) + site_loop + "He 0 0 0\ndata_one\n" +
                           cell(6, 6, 90) + site_loop + "Ne 0 0 0\n";
  const StructureFormat& cif = *structure_format("x.cif");
  EXPECT_EQ(parse_structure(cif, text, "t").formula(), "Ne");
  EXPECT_EQ(parse_structure(cif, text, "t", 0).formula(), "H");
  EXPECT_EQ(parse_structure(cif, text, "t", -2).formula(), "He");
  EXPECT_EQ(input_error([&] { parse_structure(cif, text, "t", 3); }),
            "t: block 3 is asked for, but there are only 3 (from 0)");
  LineReader lines(text, "t");
  EXPECT_EQ(index_cif(lines).names, (std::vector<std::string>{"one", "two", "one-2"}));
}

TEST(Cif, RoundTripInP1) {
  const TemporaryFolder folder;
  Structure s;
  s.cell = cell_from_parameters({4.1, 5.2, 7.7, 81, 95.5, 103});
  s.species = {species_from_symbol("Ga"), species_from_symbol("As")};
  s.type = {0, 1, 1};
  for (const Vec3& f : {Vec3(0.1, 0.2, 0.3), Vec3(1.0 / 3, 0.5, 0.9), Vec3(0.7, 1.0 / 7, 0.6)})
    s.position.push_back(to_cartesian(s.cell, f));
  write_cif(folder / "x.cif", s);
  const Structure t = read_structure(folder / "x.cif");
  EXPECT_NEAR((t.cell - s.cell).norm(), 0, 1e-12);
  EXPECT_LT(largest_difference(t.position, s.position), 1e-12);
  EXPECT_EQ(t.type, s.type);
  write_cif(folder / "x.cif.gz", s);
  EXPECT_EQ(read_structure(folder / "x.cif.gz").position, t.position);
}

TEST(SymmetryOperation, Notations) {
  const SymmetryOperation op = parse_symmetry_operation(" -Y + 1/4, x-y ,.5+z");
  EXPECT_EQ(op.translation, Vec3(0.25, 0, 0.5));
  Mat3 rotation;
  rotation << 0, -1, 0, 1, -1, 0, 0, 0, 1;
  EXPECT_EQ(op.rotation, rotation);
  for (const char* wrong :
       {"", "x,y", "x,y,z,x", "x,y,", "x,y,q", "x,x,z", "x,y,z+", "x,y,z/0", "x,y,1/0+z", "x,y,z 1/", "x y,y,z"})
    EXPECT_NE(input_error([&] { parse_symmetry_operation(wrong); }), "") << wrong;
}
