#include "crystal/formats/dft/vasp_output.hpp"

#include <gtest/gtest.h>

#include "core/units.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

const std::string vasprun_head =
    "<?xml version=\"1.0\"?>\n<modeling>\n <parameters>\n  <i name=\"PSTRESS\">    100.0</i>\n </parameters>\n "
    "<atominfo>\n"
    "  <array name=\"atoms\" >\n   <set>\n    <rc><c>Mg</c><c>   1</c></rc>\n    <rc><c>O </c><c>   2</c></rc>\n   "
    "</set>\n"
    "  </array>\n  <array name=\"atomtypes\" >\n   <set>\n    <rc><c>   1</c><c>Fe</c></rc>\n   </set>\n  </array>\n"
    " </atominfo>\n <structure name=\"initialpos\">\n  <varray name=\"basis\">\n   <v> 9 0 0 </v>\n   <v> 0 9 0 </v>\n"
    "   <v> 0 0 9 </v>\n  </varray>\n </structure>\n";

std::string vasprun_step(double z) {
  return fmt::format(
      " <calculation>\n  <scstep>\n   <energy>\n    <i name=\"e_fr_energy\">  -9.0 </i>\n    <i name=\"e_0_energy\">  "
      "-8.5 "
      "</i>\n   </energy>\n  </scstep>\n  <structure>\n   <crystal>\n    <varray name=\"basis\" >\n     <v> 4 0 0 "
      "</v>\n     "
      "<v> 0 4 0 </v>\n     <v> 0 0 4 </v>\n    </varray>\n    <varray name=\"rec_basis\" >\n     <v> .25 0 0 </v>\n   "
      " "
      "</varray>\n   </crystal>\n   <varray name=\"positions\" >\n    <v> 0 0 0 </v>\n    <v> .5 .5 {} </v>\n   "
      "</varray>\n  "
      "</structure>\n  <varray name=\"forces\" >\n   <v> 0 0 .25 </v>\n   <v> 0 0 -.25 </v>\n  </varray>\n  <varray "
      "name=\"stress\" >\n   <v> 10 1 0 </v>\n   <v> 1 20 0 </v>\n   <v> 0 0 30 </v>\n  </varray>\n  <energy>\n   <i "
      "name=\"e_fr_energy\">  -6.0 </i>\n   <i name=\"e_0_energy\">  99.0 </i>\n  </energy>\n </calculation>\n",
      z);
}

const std::string outcar_head =
    " POTCAR:    PAW_PBE Ni 02Aug2007\n POTCAR:    PAW_PBE O 08Apr2002\n   VRHFIN =Ni: \n   TITEL  = PAW_PBE Ni "
    "02Aug2007\n"
    "   VRHFIN =O: s2p4\n   TITEL  = PAW_PBE O 08Apr2002\n   ions per type =               1   1\n"
    "      direct lattice vectors                 reciprocal lattice vectors\n     8 0 0  .125 0 0\n     0 8 0  0 .125 "
    "0\n"
    "     0 0 8  0 0 .125\n";

std::string outcar_step(const std::string& z) {
  return " magnetization (x)\n\n# of ion       s       p       d       "
         "tot\n------------------------------------------\n"
         "    1        0.0   -0.1    1.6    1.5\n    2        0.0    0.0    0.1    0.1\n"
         "--------------------------------------------------\ntot          0.0   -0.1    1.7    1.6\n"
         "  in kB       10.0    20.0    30.0     1.0     2.0     3.0\n"
         "      direct lattice vectors                 reciprocal lattice vectors\n     4 0 0  .25 0 0\n     0 4 0  0 "
         ".25 0\n"
         "     0 0 4  0 0 .25\n"
         " POSITION                                       TOTAL-FORCE (eV/Angst)\n ------------\n"
         "      0.0 0.0 0.0      0.0 0.0 0.25\n      2.0 2.0 " +
         z +
         "      0.0 0.0 -0.25\n ------------\n    total drift:  0 0 0\n"
         "  FREE ENERGIE OF THE ION-ELECTRON SYSTEM (eV)\n  ---------------------------------------------------\n"
         "  free  energy   TOTEN  =       -11.0 eV\n\n"
         "  energy  without entropy=      -10.8  energy(sigma->0) =      -10.9\n\n";
}

}  // namespace

TEST(VaspOutput, StepsOfVasprun) {
  const StructureFormat& format = *structure_format("run1/vasprun.xml");
  const std::string text = vasprun_head + vasprun_step(0.5) + vasprun_step(0.25);
  const Structure s = parse_structure(format, text, "t");
  EXPECT_EQ(s.formula(), "MgO");
  EXPECT_EQ(s.position[1], Vec3(2, 2, 1));
  EXPECT_EQ(parse_structure(format, text, "t", 0).position[1], Vec3(2, 2, 2));
  EXPECT_EQ(s.force[1], Vec3(0, 0, -.25));
  // 100 kB · 64 Å³ is what the free energy of a step has too much.
  const double pv = 10.0 / constants::gpa_per_ev_a3 * 64;
  EXPECT_NEAR(info_number(s, "free_energy"), -6.0 - pv, 1e-12);
  EXPECT_NEAR(info_number(s, "energy"), -5.5 - pv, 1e-12);
  const auto stress = info_numbers(s, "stress");
  ASSERT_EQ(stress.size(), 9u);
  EXPECT_NEAR(stress[0], -1.0 / constants::gpa_per_ev_a3, 1e-12);
  EXPECT_NEAR(stress[1], -0.1 / constants::gpa_per_ev_a3, 1e-12);
  EXPECT_NEAR(stress[8], -3.0 / constants::gpa_per_ev_a3, 1e-12);
}

TEST(VaspOutput, AStepThatBreaksOffIsWrongByItself) {
  const StructureFormat& format = *structure_format("vasprun.xml");
  const std::string step = vasprun_step(0.5), text = vasprun_head + step + step.substr(0, step.size() / 2);
  EXPECT_EQ(parse_structure(format, text, "t", 0).size(), 2u);
  EXPECT_NE(input_error([&] { parse_structure(format, text, "t", 1); }), "");
  EXPECT_NE(input_error([&] { parse_structure(format, vasprun_head, "t"); }).find("first ionic step"),
            std::string::npos);
  std::string stars = vasprun_head + step;
  stars.replace(stars.find("0 0 .25"), 7, "0 0 ***");
  EXPECT_NE(input_error([&] { parse_structure(format, stars, "t"); }).find("'***' is not a finite number"),
            std::string::npos);
}

TEST(VaspOutput, StepsOfOutcar) {
  const StructureFormat& format = *structure_format("OUTCAR.gz");
  const std::string text = outcar_head + outcar_step("2.0") + outcar_step("1.0");
  const Structure s = parse_structure(format, text, "t");
  EXPECT_EQ(s.formula(), "NiO");
  EXPECT_EQ(s.cell(0, 0), 4.0);
  EXPECT_EQ(s.position[1], Vec3(2, 2, 1));
  EXPECT_EQ(parse_structure(format, text, "t", 0).position[1], Vec3(2, 2, 2));
  EXPECT_EQ(s.force[0], Vec3(0, 0, .25));
  EXPECT_EQ(s.magnetic_moment[0], Vec3(0, 0, 1.5));
  EXPECT_EQ(info_number(s, "energy"), -10.9);
  EXPECT_EQ(info_number(s, "free_energy"), -11.0);
  // xx yy zz xy yz zx becomes xx yy zz yz xz xy.
  const auto stress = info_numbers(s, "stress");
  const double expected[] = {10, 20, 30, 2, 3, 1};
  for (std::size_t k = 0; k < 6; ++k) EXPECT_NEAR(stress.at(k), -0.1 * expected[k] / constants::gpa_per_ev_a3, 1e-12);
}

TEST(VaspOutput, OutcarOfARunThatGoesOn) {
  const StructureFormat& format = *structure_format("OUTCAR");
  const std::string step = outcar_step("2.0");
  const std::string text = outcar_head + step + step.substr(0, step.find(" POSITION") + 120);
  EXPECT_EQ(parse_structure(format, text, "t", 0).size(), 2u);
  EXPECT_NE(input_error([&] { parse_structure(format, text, "t", 1); }), "");
  EXPECT_NE(input_error([&] { parse_structure(format, outcar_head, "t"); }).find("first ionic step"),
            std::string::npos);
  std::string nameless = outcar_head + step;
  const auto kind = nameless.find("VRHFIN =");
  ASSERT_NE(kind, std::string::npos);
  nameless.replace(kind, nameless.find(':', kind) - kind, "VRHFIN =");
  EXPECT_NE(input_error([&] { parse_structure(format, nameless, "t"); }).find("a kind of atoms has no name"),
            std::string::npos);
}
