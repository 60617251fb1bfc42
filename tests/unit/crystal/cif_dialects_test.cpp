// What CIFs of databases, programs and hands have instead of what the dictionary says.
#include <gtest/gtest.h>

#include <cmath>

#include "crystal/formats/cif/cif.hpp"
#include "crystal/formats/cif/cif_elements.hpp"
#include "crystal/formats/cif/cif_symmetry.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

std::string cubic(double a) {
  return fmt::format(
      "_cell_length_a {0}\n_cell_length_b {0}\n_cell_length_c {0}\n_cell_angle_alpha 90\n_cell_angle_beta 90\n"
      "_cell_angle_gamma 90\n",
      a);
}
const std::string fluorite_group = "_symmetry_space_group_name_H-M 'F m -3 m'\n";
const std::string typed =
    "loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n";
const std::string untyped = "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n";
const std::string occupied =
    "loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
    "_atom_site_occupancy\n";
const std::string salt_sites = "Na1 Na 0 0 0\nCl1 Cl .5 .5 .5\n";

Structure parse(const std::string& text, Trust trust = Trust::both) {
  ReadOptions options;
  options.trust = trust;
  return parse_cif(text, "t", options);
}
/// Rock salt with something more in the block.
Structure salt(const std::string& more, Trust trust = Trust::both) {
  return parse("data_salt\n" + cubic(5.64) + fluorite_group + more + typed + salt_sites, trust);
}
std::string error_of(const std::string& text, Trust trust = Trust::both) {
  return input_error([&] { parse(text, trust); });
}
void expect_warning(const std::string& part, const Structure& s) {
  for (const std::string& text : s.warnings)
    if (text.find(part) != std::string::npos) return;
  ADD_FAILURE() << "no warning has: " << part;
}

}  // namespace

TEST(CifDialects, WhatDoesNotTouchTheAtomsIsAWarning) {
  EXPECT_TRUE(salt("").warnings.empty());
  const std::pair<const char*, const char*> oddities[] = {
      {"loop_\n_powder_id\n_powder_d\n1 2.82\n2\n", "a loop that has nothing to do with the atoms is incomplete"},
      {"_note 'it's a mineral\n", "a quote is never closed"},
      {"_note one two\n", "a value with blanks has no quotes"},
      {"_first 'a' stray 'b'\n", "values without a tag"},
      {"_chemical_formula_sum 'Na Cl'\n_chemical_formula_sum 'Na4 Cl4'\n", "_chemical_formula_sum is there twice"},
      {"_symmetry_space_group_name_Hall 'F m -3 m'\n", "unknown Hall symbol 'F m -3 m'"},
      {"_symmetry_space_group_name_Hall '-R 3 22\"'\n", "unknown Hall symbol '-R 3 22\"'"},
      {"loop_\n_symmetry_equiv_pos_as_xyz\n?\n", "unknown symmetry operations"},
      {"loop_\n_other\n", ""},
      {"_cell_volume\n", ""},
      {"_remark\n;\na text with data_x\n and loop_ in it\n;\n", ""},
  };
  for (const auto& [more, warning] : oddities) {
    const Structure s = salt(more);
    EXPECT_EQ(s.formula(), "Cl4Na4") << more;
    if (*warning != '\0') expect_warning(warning, s);
  }
  EXPECT_EQ(parse("\xef\xbb\xbf"
                  "data_a\n" +
                  cubic(5) + typed + "X1 Cu 0 0 0\n")
                .formula(),
            "Cu");
  expect_warning("text before the first data block",
                 parse("made by hand\n\ndata_a\n" + cubic(5) + typed + "X1 Cu 0 0 0\n"));
}

TEST(CifDialects, WhatTouchesThemIsAnError) {
  const std::string block = "data_a\n" + cubic(5);
  expect_in("t:8: the loop has 5 tags, but 4 values", error_of(block + typed + "X1 Cu 0 0\n"));
  expect_in("is '6' here, but '5' before", error_of(block + "_cell_length_a 6\n" + typed + "X1 Cu 0 0 0\n"));
  expect_in("a second loop of sites", error_of(block + typed + "X1 Cu 0 0 0\n" + untyped + "Cu2 0 0 .5\n"));
  expect_in("site X1 has no coordinate y", error_of(block + typed + "X1 Cu 0 ? 0\n"));
  expect_in("site X1 has the coordinate 'o'", error_of(block + typed + "X1 Cu 0 o 0\n"));
  expect_in("no data block has atoms", error_of(block));
  expect_in("the file has no data block", error_of("nothing\n"));
  expect_in("has no _cell_length_a", error_of("data_a\n" + typed + "X1 Cu 0 0 0\n"));
}

TEST(CifDialects, AnglesAndLengthsThatTheGroupFixes) {
  const auto block = [](const std::string& cell, const std::string& group) {
    return "data_a\n" + cell + "_symmetry_space_group_name_H-M '" + group + "'\n" + typed + "X1 Cu .1 .2 .3\n";
  };
  const std::string lengths = "_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 7\n";
  EXPECT_NEAR(parse(block(lengths, "P 1")).volume(), 112, 1e-9);
  EXPECT_NEAR(parse(block(lengths, "P 63/m m c")).volume(), 112 * std::sqrt(0.75), 1e-9);
  EXPECT_NEAR(parse(block("_cell_length_a 4\n", "F m -3 m")).volume(), 64, 1e-9);
  EXPECT_NEAR(parse(block("_cell_length_a 4\n_cell_length_c 5\n", "P 4")).volume(), 80, 1e-9);
  expect_in("has no _cell_angle_beta", error_of(block(lengths, "P 21/c")));
  expect_in("has no _cell_length_c", error_of(block("_cell_length_a 4\n_cell_length_b 4\n", "P 4")));
}

TEST(CifDialects, SpellingsOfSpaceGroups) {
  const std::pair<const char*, int> spellings[] = {{"P2(1)/c", 14},
                                                   {"P 2_1/n", 14},
                                                   {"P21/c", 14},
                                                   {"P 1 21/c 1", 14},
                                                   {"F m 3 m", 225},
                                                   {"F m -3 m S", 225},
                                                   {"FM-3M", 225},
                                                   {"F 4/m -3 2/m", 225},
                                                   {"F 4/m 3 2/m", 225},
                                                   {"R-3cH", 167},
                                                   {"R -3 c H", 167},
                                                   {"R -3 2/m", 166},
                                                   {"P a 3", 205},
                                                   {"I a 3 d", 230},
                                                   {"P 6(3)/m m c", 194},
                                                   {"P 63/m 2/m 2/c", 194},
                                                   {"P 2/m 2/m 2/m", 47},
                                                   {"P 42/m -3 2/n", 223},
                                                   {"C m c e", 64},
                                                   {"P -3 1 2/m", 162},
                                                   {"F d -3 m :2", 227},
                                                   {"F d -3 m Z", 227},
                                                   {"62", 62}};
  for (const auto& [spelling, number] : spellings) {
    const auto groups = groups_named(spelling, {4, 4, 4, 90, 90, 90});
    ASSERT_EQ(groups.size(), 1u) << spelling;
    EXPECT_EQ(groups[0].number, number) << spelling;
  }
  EXPECT_EQ(groups_named("F d -3 m", {}).size(), 2u);
  EXPECT_TRUE(groups_named("P x y z", {}).empty());
  EXPECT_TRUE(groups_of_hall("F m -3 m").empty());
  EXPECT_EQ(groups_of_hall("B 2y")[0].operations.size(), 4u);
  EXPECT_EQ(groups_of_hall("B 2y")[0].number, 0);
  // A symbol that says more goes before a Hall symbol of no known setting, which alone is taken as it is.
  EXPECT_EQ(parse("data_a\n" + cubic(5) + "_space_group_name_Hall 'B 2y'\n" + typed + "X1 Cu .1 .2 .3\n").size(), 4u);
  EXPECT_EQ(parse("data_a\n" + cubic(5) + "_space_group_name_Hall 'B 2y'\n_space_group_name_H-M_alt 'P -1'\n" + typed +
                  "X1 Cu .1 .2 .3\n")
                .size(),
            2u);
  expect_in("unknown Hall symbol 'x'",
            error_of("data_a\n" + cubic(5) + "_space_group_name_Hall x\n" + typed + "X1 Cu 0 0 0\n"));
  EXPECT_EQ(groups_of_hall("-F 4 2 3")[0].number, 225);
}

TEST(CifDialects, ContentAndFormulaContradictEachOther) {
  EXPECT_TRUE(salt("_chemical_formula_sum 'Cl Na'\n_cell_formula_units_Z 4\n").warnings.empty());
  // The content of the cell as the formula, and Z beside it, as pymatgen writes it.
  EXPECT_TRUE(salt("_chemical_formula_sum 'Na4 Cl4'\n_cell_formula_units_Z 4\n").warnings.empty());
  const std::string wrong_z = "_chemical_formula_sum 'Cl Na'\n_cell_formula_units_Z 2\n";
  const std::string message = input_error([&] { salt(wrong_z); });
  expect_in("the cell holds Cl4 Na4, but 2 × 'Cl Na'", message);
  expect_in("trust = 'sites' or 'formula' decides", message);
  expect_warning("the cell holds Cl4 Na4", salt(wrong_z, Trust::sites));
  expect_in("the cell holds", input_error([&] { salt("_chemical_formula_sum 'Na2 Cl'\n"); }));
  EXPECT_TRUE(salt("_chemical_formula_sum '?'\n").warnings.empty());
  expect_warning("hydrogen atoms of the compound have no sites", salt("_chemical_formula_sum 'Na Cl H4 '\n"));
  expect_in("the cell holds", error_of("data_a\n" + cubic(6) + "_chemical_formula_sum 'O H'\n" + untyped +
                                       "O1 0 0 0\nH1 0 0 .15\nH2 0 .15 0\n"));
}

TEST(CifDialects, OperationsAndNamedGroupContradictEachOther) {
  const std::string identity = "loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\n", two = typed + salt_sites;
  const std::string few = "data_a\n" + cubic(5.64) + fluorite_group + identity + two;
  expect_in("'F m -3 m' has 192 operations, but the list has 1", error_of(few));
  EXPECT_EQ(parse(few, Trust::sites).size(), 2u);
  EXPECT_EQ(parse(few, Trust::formula).size(), 8u);
  // With the formula and Z the list cannot be meant.
  EXPECT_EQ(parse("data_a\n" + cubic(5.64) + fluorite_group + identity +
                      "_chemical_formula_sum 'Na Cl'\n_cell_formula_units_Z 4\n" + two,
                  Trust::formula)
                .size(),
            8u);
  // All atoms of the cell are listed: the name is right, and the list is enough.
  std::string all = typed;
  for (const char* shift : {"0 0 0", "0 .5 .5", ".5 0 .5", ".5 .5 0"}) all += fmt::format("Na Na {}\n", shift);
  for (const char* shift : {".5 .5 .5", ".5 0 0", "0 .5 0", "0 0 .5"}) all += fmt::format("Cl Cl {}\n", shift);
  const Structure whole = parse("data_a\n" + cubic(5.64) + fluorite_group + identity + all);
  EXPECT_EQ(whole.size(), 8u);
  EXPECT_TRUE(whole.warnings.empty());
  // A conventional symbol for a primitive cell.
  const std::string primitive =
      "data_a\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n_cell_angle_alpha 60\n_cell_angle_beta 60\n"
      "_cell_angle_gamma 60\n" +
      fluorite_group + two;
  expect_in("does not fit the cell", error_of(primitive));
  EXPECT_EQ(parse(primitive, Trust::sites).size(), 2u);
  // Operations that do not keep the cell.
  expect_in("the list of operations does not fit the cell",
            error_of("data_a\n_cell_length_a 4\n_cell_length_b 5\n_cell_length_c 6\n_cell_angle_alpha 90\n"
                     "_cell_angle_beta 90\n_cell_angle_gamma 90\nloop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\ny,x,z\n" +
                     typed + "X1 Cu .1 .2 .3\n"));
  expect_in("contradict each other", error_of("data_a\n" + cubic(4) + "_space_group_name_Hall 'P 2'\n" +
                                              fluorite_group + typed + "X1 Cu 0 0 0\n"));
}

TEST(CifDialects, TheFormulaTellsWhichOriginIsMeant) {
  const auto diamond = [](const std::string& formula) {
    return "data_c\n" + cubic(3.57) + "_symmetry_space_group_name_H-M 'F d -3 m'\n" + formula + typed +
           "C1 C 0.125 0.125 0.125\n";
  };
  const std::string message = error_of(diamond(""));
  expect_in("two origins", message);
  const Structure s = parse(diamond("_chemical_formula_sum C\n_cell_formula_units_Z 8\n"));
  EXPECT_EQ(s.size(), 8u);
  expect_warning("'F d -3 m :2' is taken", s);
}

TEST(CifDialects, ElementsOfLabelsWithTheFormula) {
  const auto with = [](const std::string& formula, const std::string& sites) {
    return "data_a\n" + cubic(9) + (formula.empty() ? "" : "_chemical_formula_sum '" + formula + "'\n") + untyped +
           sites;
  };
  EXPECT_EQ(parse(with("Na Cl", "NA1 0 0 0\nCL1 .5 .5 .5\n")).formula(), "ClNa");
  EXPECT_EQ(parse(with("C N", "NA1 0 0 0\nCB1 .5 .5 .5\n")).formula(), "CN");
  EXPECT_EQ(parse(with("Co O", "CO1 0 0 0\nO1 .5 .5 .5\n")).formula(), "CoO");
  EXPECT_EQ(parse(with("Si O", "T1 0 0 0\nO1 .5 .5 .5\n")).formula(), "OSi");
  EXPECT_EQ(parse(with("Ca C O3", "CA1 0 0 0\nC1 .3 0 0\nO1 .5 .5 .5\nO2 0 .5 .5\nO3 0 0 .5\n")).formula(), "CCaO3");
  // 'Ca1' of an organic molecule is its first carbon.
  EXPECT_EQ(parse(with("C2 O", "Ca1 0 0 0\nCb1 .3 0 0\nO1 .5 .5 .5\n")).formula(), "C2O");
  expect_in("site CO1: its label may be Co or C, and there is no formula", error_of(with("", "CO1 0 0 0\n")));
  expect_in("type_map = 'T1: …'", error_of(with("", "T1 0 0 0\n")));
  expect_in("does not decide", error_of(with("Al Si", "T1 0 0 0\nT2 .5 .5 .5\n")));
  ReadOptions options;
  options.type_map["T1"] = "Si";
  EXPECT_EQ(parse_cif(with("", "T1 0 0 0\n"), "t", options).formula(), "Si");
}

TEST(CifDialects, GroupsAndMixturesAreNeverTheirFirstLetter) {
  const auto labels = [](const std::string& sites) { return "data_a\n" + cubic(9) + untyped + sites; };
  const auto types = [](const std::string& sites) { return "data_a\n" + cubic(9) + typed + sites; };
  for (const char* water : {"Wat", "Wat1", "H2O", "OH2", "OW1", "Ow2"}) {
    const Structure s = parse(labels(std::string(water) + " 0 0 0\n"));
    EXPECT_EQ(s.formula(), "O") << water;
  }
  expect_warning("hydrogen atoms", parse(labels("Wat 0 0 0\n")));
  EXPECT_EQ(parse(types("N1 NH4+ 0 0 0\n")).formula(), "N");
  expect_warning("hydrogen atoms", parse(types("N1 NH4+ 0 0 0\n")));
  EXPECT_EQ(parse(types("O1 O2-(H2O) 0 0 0\n")).formula(), "O");
  for (const char* mixed : {"Fe/Mg", "Fe,Mg", "Mg0.5Fe0.5", "'0.5Fe + 0.5Mg'"})
    expect_in("is shared by", error_of(types(std::string("M1 ") + mixed + " 0 0 0\n")));
  expect_in("group of several atoms", error_of(types("S1 SO4 0 0 0\n")));
  for (const char* type : {"T1", "M2", "X"})
    expect_in("is no element", error_of(types(fmt::format("T1 {} 0 0 0\n", type))));
  EXPECT_EQ(symbol_of(parse(types("T1 T 0 0 0\n")), 0), "T");
  for (const auto& [type, symbol] : {std::pair{"Fe3+", "Fe"},
                                     {"O2-", "O"},
                                     {"Si4+", "Si"},
                                     {"CL", "Cl"},
                                     {"Na(1)", "Na"},
                                     {"Fe+3", "Fe"},
                                     {"Co2+", "Co"}})
    EXPECT_EQ(symbol_of(parse(types(fmt::format("X1 {} 0 0 0\n", type))), 0), symbol) << type;
}

TEST(CifDialects, Occupancies) {
  const auto sites = [](const std::string& rows) { return "data_a\n" + cubic(9) + occupied + rows; };
  const Structure empty = parse(sites("A Cu 0 0 0 1\nB Cu .5 .5 .5 0.0\n"));
  EXPECT_EQ(empty.size(), 1u);
  expect_warning("occupancy 0", empty);
  EXPECT_EQ(parse(sites("A Fe2+ 0 0 0 0.4\nB Fe3+ 0 0 0 0.6\n")).formula(), "Fe");
  expect_in("site A is shared by Fe (0.4) and Mg (0.6)", error_of(sites("A Fe 0 0 0 0.4\nB Mg 0 0 0 0.6\n")));
  expect_in("site A has the occupancy 0.9", error_of(sites("A Fe 0 0 0 0.9\n")));
  ReadOptions options;
  options.disorder = Disorder::majority;
  const Structure s =
      parse_cif(sites("A Fe 0 0 0 0.4\nB Mg 0 0 0 0.6\nC Cu .5 .5 .5 .3\nD Au .2 .2 .2 .8\n"), "t", options);
  EXPECT_EQ(s.formula(), "AuMg");
  expect_warning("majority", s);
}

TEST(CifDialects, OrderInASupercell) {
  const std::string text =
      "data_a\n" + cubic(4.2) + fluorite_group + occupied + "A Fe 0 0 0 0.4\nB Mg 0 0 0 0.5\nC O .5 .5 .5 1\n";
  ReadOptions options;
  options.disorder = Disorder::order;
  // Four places a cell: 0.4 and 0.5 of them are whole numbers in five cells at most.
  const Structure s = parse_cif(text, "t", options);
  EXPECT_EQ(s.formula(), "Fe8Mg10O20");
  EXPECT_NEAR(s.volume(), 5 * 4.2 * 4.2 * 4.2, 1e-6);
  EXPECT_EQ(parse_cif(text, "t", options).type, s.type);
  options.disorder_seed = 2;
  EXPECT_EQ(parse_cif(text, "t", options).formula(), s.formula());
  EXPECT_NE(parse_cif(text, "t", options).position, s.position);
  const Structure half = parse_cif("data_a\n" + cubic(4.2) + occupied + "A Fe 0 0 0 .5\nB Mg 0 0 0 .5\n", "t", options);
  EXPECT_EQ(half.formula(), "FeMg");
  expect_in("no supercell of up to 64 cells", input_error([&] {
              parse_cif("data_a\n" + cubic(4) + occupied + "A Fe 0 0 0 .0071\nB H .5 0 0 1\n", "t", options);
            }));
}

TEST(CifDialects, SitesAtOnePlace) {
  const auto sites = [](const std::string& rows) { return "data_a\n" + cubic(9) + typed + rows; };
  const Structure twice = parse(sites("A Cu 0 0 0\nB Cu 0 0 1\n"));
  EXPECT_EQ(twice.size(), 1u);
  expect_warning("lie at one place are one atom", twice);
  expect_in("are not of one element", error_of(sites("A Cu 0 0 0\nB Au 0 0 0\n")));
  // All atoms are listed beside all operations.
  const Structure all = parse("data_a\n" + cubic(9) + "_symmetry_space_group_name_H-M 'P -1'\n" + typed +
                              "A Cu .1 .2 .3\nB Cu .9 .8 .7\n");
  EXPECT_EQ(all.size(), 2u);
}

TEST(CifDialects, MagneticOperationsAndMoments) {
  const std::string text =
      "data_a\n" + cubic(4.2) +
      "loop_\n_space_group_symop_magn_operation.id\n_space_group_symop_magn_operation.xyz\n1 x,y,z,+1\n2 -x,-y,-z,+1\n"
      "loop_\n_space_group_symop_magn_centering.id\n_space_group_symop_magn_centering.xyz\n1 x,y,z,+1\n"
      "2 x,y+1/2,z+1/2,-1\n3 x+1/2,y,z+1/2,-1\n4 x+1/2,y+1/2,z,+1\n" +
      typed + "Ni1 Ni 0 0 0\nO1 O .5 .5 .5\n" +
      "loop_\n_atom_site_moment.label\n_atom_site_moment.crystalaxis_x\n_atom_site_moment.crystalaxis_y\n"
      "_atom_site_moment.crystalaxis_z\nNi1 0 1.5 0\n";
  const Structure s = parse(text);
  EXPECT_EQ(s.formula(), "Ni4O4");
  ASSERT_EQ(s.magnetic_moment.size(), 8u);
  Vec3 sum = Vec3::Zero();
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(std::abs(s.magnetic_moment[i][1]), 1.5, 1e-12);
    sum += s.magnetic_moment[i];
  }
  EXPECT_NEAR(sum.norm(), 0, 1e-12);
  EXPECT_EQ(s.magnetic_moment[7], Vec3(0, 0, 0));
}

TEST(CifDialects, FormulasAsFilesHaveThem) {
  EXPECT_EQ(formula_text(*parse_cif_formula("C6 H12 O6")), "C6 H12 O6");
  EXPECT_EQ(formula_text(*parse_cif_formula("Mg2(SiO4)")), "Mg2 O4 Si1");
  EXPECT_EQ(formula_text(*parse_cif_formula("Na1+ Cl1-")), "Cl1 Na1");
  EXPECT_EQ(formula_text(*parse_cif_formula("MG O D2")), "H2 Mg1 O1");
  for (const char* none : {"", "?", "xyz", "Mg(", "Mg)", "1", "Q"}) EXPECT_FALSE(parse_cif_formula(none)) << none;
}
