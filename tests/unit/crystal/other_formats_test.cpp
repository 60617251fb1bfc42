// SHELX and AIRSS *.res, CASTEP *.cell, LAMMPS dump and data.
#include <gtest/gtest.h>

#include "core/units.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

Structure parse(const char* name, const std::string& text, std::int64_t frame = -1, const ReadOptions& options = {}) {
  return parse_structure(*structure_format(name), text, "t", frame, options);
}
std::string error_of(const char* name, const std::string& text, const ReadOptions& options = {}) {
  return input_error([&] { parse(name, text, -1, options); });
}
ReadOptions types() {
  ReadOptions options;
  options.type_map = {{"1", "Na"}, {"2", "Cl"}};
  return options;
}

}  // namespace

TEST(ResFile, AirssWithEnthalpy) {
  const Structure s = parse("a.res",
                            "TITL run-7 16.021766 64.0 -20.5 0 0 2 (Pm-3m) n - 1\nCELL 1.54 4 4 4 90 90 90\nLATT -1\n"
                            "SFAC Mg O\nMg 1 0 0 0 1.0\nO 2 .5 .5 .5 1.0\nEND\n");
  EXPECT_EQ(s.formula(), "MgO");
  double energy = 0.0, enthalpy = 0.0;
  EXPECT_TRUE(parse_number(s.info.at("energy"), energy));
  EXPECT_TRUE(parse_number(s.info.at("enthalpy"), enthalpy));
  EXPECT_EQ(enthalpy, -20.5);
  EXPECT_NEAR(energy, -20.5 - 0.1 * 64, 1e-6);
}

TEST(ResFile, ShelxWithSymmetryAndFixedValues) {
  // Rock salt from F lattice, inversion and a four-fold axis; occupancies are those of special positions.
  const std::string text =
      "TITL salt in Fm-3m\nCELL 0.71 5.64 5.64 5.64 90 90 90\nZERR 4 .001 .001 .001 0 0 0\nLATT 4\n"
      "SYMM -Y, X, Z\nSYMM -X, -Y, Z\nSYMM Y, -X, Z\nSFAC NA CL\nUNIT 4 4\nFVAR 1.0\n"
      "NA1 1 10.0 10.0 10.0 10.125 =\n  0.05\nCL1 2 10.5 10.5 10.5 10.125 0.05\nQ1 1 .3 .3 .3 11.0 0.05\nHKLF 4\nEND\n";
  const Structure s = parse("a.res", text);
  EXPECT_EQ(s.formula(), "Cl4Na4");
  EXPECT_EQ(s.info.at("comment"), "salt in Fm-3m");
  std::string half = text;
  half.replace(half.find("10.125"), 6, "10.060");
  expect_in("has the occupancy 0.48", error_of("a.res", half));
  expect_in("there is no CELL", error_of("a.res", "TITL x\n"));
  expect_in("of element 3, but SFAC has 2", error_of("a.res", "CELL 1 4 4 4 90 90 90\nSFAC H He\nA 3 0 0 0 1\n"));
}

TEST(CastepCell, CartesianAndFractional) {
  const Structure s =
      parse("a.cell",
            "%BLOCK lattice_abc\n ang\n 4 4 5\n 90 90 120 ! hexagonal\n%ENDBLOCK lattice_abc\n\n"
            "%block POSITIONS_FRAC\nFe:1 0 0 0 SPIN= 2.5\nO .5 .5 .5\n%endblock POSITIONS_FRAC\nkpoints 1\n");
  EXPECT_EQ(s.formula(), "FeO");
  EXPECT_EQ(s.magnetic_moment[0], Vec3(0, 0, 2.5));
  EXPECT_NEAR(s.volume(), 80 * std::sqrt(0.75), 1e-9);
  const Structure t = parse("a.cell",
                            "%BLOCK LATTICE_CART\nbohr\n10 0 0\n0 10 0\n0 0 10\n%ENDBLOCK LATTICE_CART\n"
                            "%BLOCK POSITIONS_ABS\nbohr\nSi 1 2 3\n%ENDBLOCK POSITIONS_ABS\n");
  EXPECT_NEAR((t.position[0] - constants::bohr * Vec3(1, 2, 3)).norm(), 0, 1e-12);
  EXPECT_NEAR(t.cell(2, 2), 10 * constants::bohr, 1e-12);
  expect_in("no LATTICE_CART", error_of("a.cell", "%BLOCK POSITIONS_FRAC\nH 0 0 0\n%ENDBLOCK\n"));
  expect_in("unknown unit 'inch'", error_of("a.cell", "%BLOCK LATTICE_CART\ninch\n1 0 0\n0 1 0\n0 0 1\n%ENDBLOCK\n"));
}

TEST(LammpsDump, SnapshotsWithTiltedCells) {
  const auto snapshot = [](int step, const std::string& columns, const std::string& rows) {
    return fmt::format(
        "ITEM: TIMESTEP\n{}\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS xy xz yz pp pp ff\n-1 5 2\n0 4 0\n0 6 0\n"
        "ITEM: ATOMS {}\n{}",
        step, columns, rows);
  };
  const std::string text =
      snapshot(0, "id type x y z vx vy vz", "2 2 1 2 3 1000 0 0\n1 1 -1 0 0 0 0 0\n") +
      snapshot(10, "id element xs ys zs fx fy fz q", "1 Na 0 0 0 1 2 3 .5\n2 Cl .5 .5 .5 0 0 0 -.5\n");
  const Structure s = parse("a.lammpstrj", text, 0, types());
  EXPECT_EQ(symbol_of(s, 0) + symbol_of(s, 1), "NaCl");
  EXPECT_EQ(s.cell.row(0), Vec3(4, 0, 0).transpose());  // the bounds hold the tilted box
  EXPECT_EQ(s.cell.row(1), Vec3(2, 4, 0).transpose());
  EXPECT_EQ(s.position[1], Vec3(2, 2, 3));
  EXPECT_EQ(s.velocity[1], Vec3(1, 0, 0));
  EXPECT_EQ(s.periodic, (std::array<bool, 3>{true, true, false}));
  EXPECT_EQ(s.info.at("timestep"), "0");
  const Structure t = parse("dump.salt", text);
  EXPECT_EQ(t.position[1], Vec3(3, 2, 3));
  EXPECT_EQ(t.force[0], Vec3(1, 2, 3));
  EXPECT_EQ(t.charge, (std::vector<double>{.5, -.5}));
  expect_in("type_map = '2: …'", error_of("a.dump", snapshot(0, "id type x y z", "1 2 0 0 0\n2 1 1 1 1\n")));
  expect_in("no columns x y z", error_of("a.dump", snapshot(0, "id type", "1 2\n2 1\n")));
}

TEST(LammpsData, StylesMassesAndVelocities) {
  const auto data = [](const std::string& masses, const std::string& atoms) {
    return "salt\n\n2 atoms\n2 atom types\n\n1 5 xlo xhi\n0 4 ylo yhi\n0 4 zlo zhi\n2 0 0 xy xz yz\n\n" + masses +
           atoms;
  };
  const std::string masses = "Masses\n\n1 22.99\n2 35.45 # chlorine\n\n";
  const Structure s = parse("a.lmp",
                            data(masses,
                                 "Atoms # charge\n\n2 2 -1 3 2 2 0 0 0\n1 1 1 1 0 0 0 0 0\n\n"
                                 "Velocities\n\n1 0 0 0\n2 1000 0 0\n\nBonds\n\n1 1 1 2\n"),
                            -1, types());
  EXPECT_EQ(symbol_of(s, 0) + symbol_of(s, 1), "NaCl");
  EXPECT_EQ(s.position[1], Vec3(2, 2, 2));
  EXPECT_EQ(s.velocity[1], Vec3(1, 0, 0));
  EXPECT_EQ(s.charge, (std::vector<double>{1, -1}));
  // Elements of the masses; a comment that is none is an error that says so.
  const std::string plain = "Masses\n\n1 22.99\n2 35.45 # Cl\n\n";
  EXPECT_EQ(parse("a.data", data(plain, "Atoms\n\n1 1 1 0 0\n2 2 3 2 2\n")).formula(), "ClNa");
  expect_in("unknown element 'chlorine'", error_of("a.data", data(masses, "Atoms\n\n1 1 1 0 0\n2 2 3 2 2\n")));
  expect_in("1 atoms, where the header has 2", error_of("a.data", data(plain, "Atoms # atomic\n\n1 1 1 0 0\n")));
  expect_in("of style 'body'", error_of("a.data", data(plain, "Atoms # body\n\n1 1 1 0 0\n")));
}
