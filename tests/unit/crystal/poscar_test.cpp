#include "crystal/formats/poscar.hpp"

#include <gtest/gtest.h>

#include "crystal/elements.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/lattice.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

const std::string head = "NaCl\n2.0\n2 0 0\n0 2 0\n0 0 2\n";

}  // namespace

TEST(Poscar, DirectAndCartesian) {
  const Structure direct = parse_poscar(head + "Na Cl\n1 1\nDirect\n0 0 0\n0.5 0.5 0.25 Cl\n", "t");
  EXPECT_EQ(direct.cell, Mat3(Vec3(4, 4, 4).asDiagonal()));
  EXPECT_EQ(direct.position[1], Vec3(2, 2, 1));
  EXPECT_EQ(direct.formula(), "ClNa");
  EXPECT_EQ(direct.info.at("comment"), "NaCl");
  const Structure cartesian = parse_poscar(head + "Na_pv Cl/5a3e\n1 1 ! counts\ncart\n0 0 0\n1 1 .5\n", "t");
  EXPECT_EQ(cartesian.position, direct.position);
}

TEST(Poscar, ScaleFactors) {
  const std::string rest = "1 0 0\n0 1 0\n0 0 2\nH\n1\nCartesian\n.5 0 1\n";
  const Structure volume = parse_poscar("x\n-54\n" + rest, "t");
  EXPECT_NEAR((volume.cell - Mat3(Vec3(3, 3, 6).asDiagonal())).norm(), 0, 1e-13);
  EXPECT_NEAR((volume.position[0] - Vec3(1.5, 0, 3)).norm(), 0, 1e-13);
  const Structure three = parse_poscar("x\n1 2 3\n" + rest, "t");
  EXPECT_EQ(three.cell, Mat3(Vec3(1, 2, 6).asDiagonal()));
  EXPECT_EQ(three.position[0], Vec3(.5, 0, 3));
}

TEST(Poscar, Vasp4NeedsSpecies) {
  const std::string text = head + "1 1\nDirect\n0 0 0\n.5 .5 .5\n";
  EXPECT_NE(input_error([&] { parse_poscar(text, "t"); }).find("a VASP 4 file"), std::string::npos);
  EXPECT_EQ(parse_poscar(text, "t", with_species({"K", "Br"})).formula(), "BrK");
  EXPECT_NE(input_error([&] { parse_poscar(text, "t", with_species({"K"})); }).find("2 counts but 1 species"),
            std::string::npos);
}

TEST(Poscar, SelectiveDynamics) {
  const std::string atoms = "H\n3\nSelective\nDirect\n0 0 0 T T T\n.5 0 0 F .FALSE. T\n0 .5 0 F F F\n";
  EXPECT_EQ(parse_poscar(head + atoms, "t").fixed, (std::vector<std::uint8_t>{0, 3, 7}));
  // Hexagonal: c is along z, so what a and b may do means x and y; a alone means nothing in x, y, z.
  const std::string hexagonal = "h\n1\n2 0 0\n-1 1.7 0\n0 0 3\nH\n1\nS\nD\n";
  EXPECT_EQ(parse_poscar(hexagonal + "0 0 0 T T F\n", "t").fixed[0], 4);
  EXPECT_EQ(parse_poscar(hexagonal + "0 0 0 F F T\n", "t").fixed[0], 3);
  EXPECT_EQ(parse_poscar(hexagonal + "0 0 0 T F F\n", "t").fixed[0], 6);
  EXPECT_NE(input_error([&] { parse_poscar(hexagonal + "0 0 0 F T F\n", "t"); }), "");
  // The cell a, b, c along y, z, x.
  EXPECT_EQ(parse_poscar("c\n1\n0 2 0\n0 0 2\n2 0 0\nH\n1\nS\nD\n0 0 0 T F F\n", "t").fixed[0], 5);
}

TEST(Poscar, VelocitiesWithAndWithoutLatticeVelocities) {
  const std::string atoms = head + "H\n2\nDirect\n0 0 0\n.5 .5 .5\n";
  const std::vector<Vec3> expected = {{1, 2, 3}, {0, 0, -1}};
  EXPECT_EQ(parse_poscar(atoms + "\n1 2 3\n0 0 -1\n", "t").velocity, expected);
  EXPECT_EQ(parse_poscar(atoms + "Cartesian\n1 2 3\n0 0 -1\n\n1\n0.5\n", "t").velocity, expected);
  EXPECT_EQ(
      parse_poscar(
          atoms + "Lattice velocities and vectors\n1\n0 0 0\n0 0 0\n0 0 0\n4 0 0\n0 4 0\n0 0 4\n\n1 2 3\n0 0 -1\n", "t")
          .velocity,
      expected);
  EXPECT_TRUE(parse_poscar(atoms + "\n\n \n", "t").velocity.empty());
  EXPECT_TRUE(parse_poscar(atoms + "\n0 0 0\n0.00000000E+00 0 0\n", "t").velocity.empty());
  EXPECT_NE(input_error([&] { parse_poscar(atoms + "\n1 2 3\n", "t"); }).find("1 of 2 velocities"), std::string::npos);
}

TEST(Poscar, RoundTrip) {
  const TemporaryFolder folder;
  Structure s;
  s.cell << 3.1, 0, 0, -1.55, 2.7, 0, 0, 0, 5.3;
  s.species = {species_from_symbol("Ti"), species_from_symbol("O")};
  s.type = {0, 1, 0, 1};
  s.position = {{0, 0, 0}, {1.1, 0.3, 4.7}, {-0.4, 2.2, 9.1}, {1.0 / 3, 1.0 / 7, 0.2}};
  s.velocity = {{1, 0, 0}, {0, 2e-5, 0}, {0, 0, 3}, {0.1, 0.2, 0.3}};
  s.fixed = {0, 7, 4, 3};
  s.info["comment"] = "round trip";
  for (const char* name : {"POSCAR", "CONTCAR_old", "x.vasp", "POSCAR.gz"}) {
    write_structure(folder / name, s);
    const Structure t = read_structure(folder / name);
    const std::vector<std::size_t> order = {0, 2, 1, 3};  // grouped by species
    ASSERT_EQ(t.size(), s.size());
    EXPECT_EQ(t.cell, s.cell);
    EXPECT_EQ(t.type, (std::vector<std::int32_t>{0, 0, 1, 1}));
    EXPECT_EQ(t.info, s.info);
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_NEAR((t.position[i] - s.position[order[i]]).norm(), 0, 1e-14);
      EXPECT_EQ(t.velocity[i], s.velocity[order[i]]);
      EXPECT_EQ(t.fixed[i], s.fixed[order[i]]);
    }
  }
  s.fixed[0] = 1;  // y and z free: no pair of lattice vectors spans that
  EXPECT_THROW(write_structure(folder / "POSCAR_2", s), Error);
  EXPECT_FALSE(std::filesystem::exists(folder / "POSCAR_2"));
}

TEST(Poscar, LeftHandedCellKeepsCartesianPlaces) {
  const Structure s = parse_poscar("x\n1\n2 0 0\n0 2 0\n0 0 -2\nH\n1\nDirect\n.1 .2 .3\n", "t");
  EXPECT_GT(s.volume(), 0);
  EXPECT_NEAR((s.position[0] - Vec3(.2, .4, -.6)).norm(), 0, 1e-15);
}

TEST(Poscar, SymbolsInTheTitleBehindTheAtomsOrOnSeveralLines) {
  const std::string cell = "4.2\n1 0 0\n0 1 0\n0 0 1\n";
  const std::string atoms = "Direct\n0 0 0\n.5 .5 .5\n.5 0 0\n";
  EXPECT_EQ(parse_poscar("Mg O\n" + cell + "1 2\n" + atoms, "t").formula(), "MgO2");
  EXPECT_EQ(parse_poscar("salt\n" + cell + "1 2\nDirect\n0 0 0 Mg\n.5 .5 .5 O\n.5 0 0 O\n", "t").formula(), "MgO2");
  EXPECT_EQ(parse_poscar("salt\n" + cell + "1 2\nS\nD\n0 0 0 T T T ! Mg\n.5 .5 .5 F F F ! O\n.5 0 0 T T T ! O\n", "t")
                .formula(),
            "MgO2");
  EXPECT_EQ(parse_poscar("salt\n" + cell + "Mg\nO\n1\n2\n" + atoms, "t").formula(), "MgO2");
  EXPECT_NE(input_error([&] {
              parse_poscar("Mg O\n" + cell + "1 1\nDirect\n0 0 0 Mg\n.5 .5 .5 S\n", "t");
            }).find("'S' behind its coordinates, but 'O' in the title"),
            std::string::npos);
  // A title of as many words that are no symbols says nothing.
  EXPECT_NE(input_error([&] { parse_poscar("rock salt\n" + cell + "1 2\n" + atoms, "t"); }).find("VASP 4"),
            std::string::npos);
}

TEST(Poscar, IonsPotentialsAndModes) {
  const auto text = [](const std::string& symbols, const std::string& mode) {
    return "x\n4.2\n1 0 0\n0 1 0\n0 0 1\n" + symbols + "\n1 1\n" + mode + "\n0 0 0\n.5 .5 .5 some text\n";
  };
  for (const char* symbols : {"Mg2+ O2-", "Mg_pv O/6a21f", "Mg_sv_GW O_s", "MG O"})
    EXPECT_EQ(parse_poscar(text(symbols, "Direct"), "t").formula(), "MgO") << symbols;
  EXPECT_EQ(parse_poscar(text("Mg O", "Fractional"), "t").position[1], Vec3(2.1, 2.1, 2.1));
  EXPECT_NE(input_error([&] {
              parse_poscar(text("Mg O", "Direct configuration=   1") + "Direct configuration=   2\n", "t");
            }).find("XDATCAR"),
            std::string::npos);
}

TEST(Poscar, ConfigurationsOfATrajectory) {
  const StructureFormat& format = *structure_format("XDATCAR_300K.gz");
  const std::string head = "salt\n 1.0\n4 0 0\n0 4 0\n0 0 4\nNa Cl\n1 1\n";
  const std::string frame = "Direct configuration=     1\n0 0 0\n.5 .5 .5\n";
  const std::string text = head + frame + "Direct configuration=     2\n0 0 0\n.5 .5 .25\n";
  EXPECT_EQ(parse_structure(format, text, "t", 0).position[1], Vec3(2, 2, 2));
  EXPECT_EQ(parse_structure(format, text, "t").position[1], Vec3(2, 2, 1));
  // The cell changes: the head comes again.
  std::string second = head;
  second.replace(second.find("4 0 0"), 5, "8 0 0");
  EXPECT_EQ(parse_structure(format, head + frame + second + frame, "t").position[1], Vec3(4, 2, 2));
  EXPECT_EQ(parse_structure(format, head + frame + second + frame, "t", 0).position[1], Vec3(2, 2, 2));
  // One that breaks off is no harm to the others.
  const std::string broken = text + "Direct configuration=     3\n0 0 0\n";
  EXPECT_EQ(parse_structure(format, broken, "t", 1).size(), 2u);
  EXPECT_NE(input_error([&] { parse_structure(format, broken, "t"); }).find("t:16: the file ends"), std::string::npos);
  EXPECT_NE(input_error([&] { parse_structure(format, head, "t"); }).find("configuration"), std::string::npos);
}
