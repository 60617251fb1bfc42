#include "crystal/formats/xyz/extended_xyz.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "crystal/elements.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/formats/xyz/key_values.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

const std::string cubic = "Lattice=\"10 0 0 0 10 0 0 0 10\" ";

Structure full_structure() {
  std::mt19937_64 engine(1);
  std::normal_distribution<double> normal;
  Structure s;
  s.cell << 5.1, 0.01, 0, -1.0 / 3, 6.7, 1e-7, 0.3, 0.2, 7.123456789012345;
  s.periodic = {true, false, true};
  s.species = {species_from_symbol("Li"), species_from_symbol("O"), {"H", 1, 2.5}};
  for (std::int32_t i = 0; i < 50; ++i) {
    s.type.push_back(i % 3);
    s.position.emplace_back(normal(engine), normal(engine), normal(engine) * 1e-9);
    s.velocity.emplace_back(normal(engine), normal(engine), 0.0);
    s.force.emplace_back(normal(engine), normal(engine), normal(engine));
    s.fixed.push_back(static_cast<std::uint8_t>(i % 8));
    s.magnetic_moment.emplace_back(normal(engine), 0.5, -1.0 / 3);
    s.charge.push_back(normal(engine));
  }
  s.info = {{"energy", "-1.25"},
            {"title", "a \"quoted\" name"},
            {"path", "c:\\x"},
            {"empty", ""},
            {"list", "[[1, 2], [3, 4]]"},
            {"equation", "a=b"},
            {"flag", "T"},
            {"odd key", "x"}};
  return s;
}

void expect_equal(const Structure& a, const Structure& b) {
  EXPECT_EQ(a.cell, b.cell);
  EXPECT_EQ(a.periodic, b.periodic);
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.position, b.position);
  EXPECT_EQ(a.velocity, b.velocity);
  EXPECT_EQ(a.force, b.force);
  EXPECT_EQ(a.magnetic_moment, b.magnetic_moment);
  EXPECT_EQ(a.charge, b.charge);
  EXPECT_EQ(a.fixed, b.fixed);
  EXPECT_EQ(a.info, b.info);
  ASSERT_EQ(a.species.size(), b.species.size());
  for (std::size_t i = 0; i < a.species.size(); ++i) {
    EXPECT_EQ(a.species[i].symbol, b.species[i].symbol);
    EXPECT_EQ(a.species[i].atomic_number, b.species[i].atomic_number);
    EXPECT_EQ(a.species[i].mass, b.species[i].mass);
  }
}

}  // namespace

TEST(ExtendedXyz, RoundTripIsExact) {
  const TemporaryFolder folder;
  const Structure s = full_structure();
  for (const char* name : {"a.xyz", "a.xyz.gz"}) {
    write_xyz(folder / name, s);
    expect_equal(read_structure(folder / name), s);
    EXPECT_FALSE(std::filesystem::exists(folder / (std::string(name) + ".part")));
  }
  EXPECT_LT(std::filesystem::file_size(folder / "a.xyz.gz"), std::filesystem::file_size(folder / "a.xyz"));
}

TEST(ExtendedXyz, FurtherColumnIsWrittenAndPassedOver) {
  const Structure s = full_structure();
  std::vector<double> column(s.size());
  for (std::size_t i = 0; i < column.size(); ++i) column[i] = 0.125 + static_cast<double>(i);
  const std::string text = xyz_frame_with(s, "force_spread", column);
  EXPECT_NE(text.find(":force_spread:R:1 "), std::string::npos);
  EXPECT_EQ(text.substr(text.size() - 8), fmt::format(" {:.3f}\n", column.back()));
  expect_equal(parse_xyz(text + text, "memory", 1), s);
}

TEST(ExtendedXyz, FramesByNumber) {
  const TemporaryFolder folder;
  std::vector<Structure> frames(4, full_structure());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    frames[i].info["step"] = std::to_string(i);
    frames[i].position[0][0] = static_cast<double>(i);
  }
  write_xyz(folder / "t.xyz", frames);
  EXPECT_EQ(read_structure(folder / "t.xyz").info["step"], "3");
  EXPECT_EQ(read_structure(folder / "t.xyz", -4).info["step"], "0");
  EXPECT_EQ(read_structure(folder / "t.xyz", 2).info["step"], "2");
  EXPECT_NE(input_error([&] { read_structure(folder / "t.xyz", 4); }).find("only 4"), std::string::npos);
  EXPECT_NE(input_error([&] { read_structure(folder / "t.xyz", -5); }).find("only 4"), std::string::npos);
  XyzReader reader(folder / "t.xyz");
  Structure s;
  int n = 0;
  while (reader.next(s)) EXPECT_EQ(s.info["step"], std::to_string(n++));
  EXPECT_EQ(n, 4);
}

TEST(ExtendedXyz, CommentLinesInTheDialectsOfOthers) {
  const auto cell = [](const std::string& comment) { return parse_xyz("1\n" + comment + "\nH 1 1 1\n", "t").cell; };
  const Mat3 expected = Vec3(1, 2, 3).asDiagonal();
  for (const char* comment :
       {"Lattice=\"1 0 0 0 2 0 0 0 3\"", "lattice='1 0 0 0 2 0 0 0 3'", "Lattice={1 0 0 0 2 0 0 0 3}",
        "Lattice=[1, 0, 0, 0, 2, 0, 0, 0, 3]", "Lattice=[[1,0,0],[0,2,0],[0,0,3]]",
        "Lattice = \"1 0 0  0 2.0 0  0 0 3e0\"", "  Lattice=\"+1,0,0,0,2,0,0,0,3\" x=1",
        "Properties=species:S:1:pos:R:3 Lattice=\"1 0 0 0 2 0 0 0 3\""})
    EXPECT_EQ(cell(comment), expected) << comment;
}

TEST(ExtendedXyz, InfoStaysText) {
  const Structure s =
      parse_xyz("1\n" + cubic +
                    "a=1 b='two words' c=\"x \\\" y\" d={1 2} flag e=[1, 2] f=\"_JSON [[1, \\\"a\\\"]]\" "
                    "stress=\"1 0 0 0 1 0 0 0 1\" g=x=y pbc=\"T F T\"\nH 0 0 0\n",
                "t");
  const std::map<std::string, std::string> expected = {{"a", "1"},
                                                       {"b", "two words"},
                                                       {"c", "x \" y"},
                                                       {"d", "1 2"},
                                                       {"flag", "T"},
                                                       {"e", "[1, 2]"},
                                                       {"f", "_JSON [[1, \"a\"]]"},
                                                       {"stress", "1 0 0 0 1 0 0 0 1"},
                                                       {"g", "x=y"}};
  EXPECT_EQ(s.info, expected);
  EXPECT_EQ(s.periodic, (std::array<bool, 3>{true, false, true}));
}

TEST(ExtendedXyz, KeyValuesRoundTrip) {
  for (const std::string text :
       {"", "plain", "two words", "\"", "\\", "a\\\"b", "{x}", "[1,2", "[1, [2, 3]]", "it's", "a=b", "]["}) {
    const auto pairs = split_key_values("k=" + quote_for_comment(text) + " z=1");
    ASSERT_EQ(pairs.size(), 2u) << text;
    EXPECT_EQ(pairs[0].second, text);
    EXPECT_EQ(pairs[1].second, "1");
  }
}

TEST(ExtendedXyz, ColumnsInAnyOrder) {
  const Structure s = parse_xyz("2\n" + cubic +
                                    "Properties=charge:R:1:move_mask:L:1:pos:R:3:tags:I:2:Z:I:1:force:R:3:vel:R:3\n"
                                    "0.5 T 1 2 3 7 8 14 .1 .2 .3 4 5 6\n-1 F 3 2 1 0 0 8 0 0 0 7 8 9\n",
                                "t");
  EXPECT_EQ(s.formula(), "OSi");
  EXPECT_EQ(s.position[1], Vec3(3, 2, 1));
  EXPECT_EQ(s.force[0], Vec3(.1, .2, .3));
  EXPECT_EQ(s.velocity[1], Vec3(7, 8, 9));
  EXPECT_EQ(s.fixed, (std::vector<std::uint8_t>{0, 7}));
}

TEST(ExtendedXyz, MomentaBecomeVelocities) {
  // ASE's unit of time in fs, ase.units: 1/fs = 0.09822694788464063.
  const double ase_per_fs = 0.09822694788464063;
  const std::string frame = "Properties=species:S:1:pos:R:3:momenta:R:3\nSi 0 0 0 2.8085 0 -5.617\n";
  const Structure s = parse_xyz("1\n" + cubic + frame, "t");
  EXPECT_NEAR(s.velocity[0][0], 0.1 * ase_per_fs, 1e-8 * ase_per_fs);
  EXPECT_NEAR(s.velocity[0][2], -0.2 * ase_per_fs, 1e-8 * ase_per_fs);
  EXPECT_DOUBLE_EQ(parse_xyz("1\n" + cubic + frame, "t", -1, with_labels()).velocity[0][0], 2.8085);
  const Structure heavy = parse_xyz(
      "1\n" + cubic + "units=lj Properties=species:S:1:pos:R:3:masses:R:1:momenta:R:3\nSi 0 0 0 2 1 0 0\n", "t");
  EXPECT_DOUBLE_EQ(heavy.velocity[0][0], 0.5);
  EXPECT_DOUBLE_EQ(heavy.species[0].mass, 2.0);
}

TEST(ExtendedXyz, IdColumnSortsAtoms) {
  const std::string head = "3\n" + cubic + "Properties=id:I:1:species:S:1:pos:R:3:velo:R:3\n";
  const Structure s = parse_xyz(head + "3 C 3 0 0 3 0 0\n1 H 1 0 0 1 0 0\n2 O 2 0 0 2 0 0\n", "t");
  EXPECT_EQ(s.position, (std::vector<Vec3>{{1, 0, 0}, {2, 0, 0}, {3, 0, 0}}));
  EXPECT_EQ(s.velocity, s.position);
  EXPECT_EQ(symbol_of(s, 0) + symbol_of(s, 1) + symbol_of(s, 2), "HOC");
  // Not a permutation: the order of the file.
  EXPECT_EQ(parse_xyz(head + "3 C 3 0 0 3 0 0\n1 H 1 0 0 1 0 0\n3 O 2 0 0 2 0 0\n", "t").position[0][0], 3.0);
}

TEST(ExtendedXyz, PlainXyzIsACluster) {
  const Structure s = parse_xyz("2\r\nBob's molecule, \"open\r\n  8  0.0 0 0 ignored\r\nH 0 0 .96\r\n\r\n", "t");
  EXPECT_EQ(s.formula(), "HO");
  EXPECT_EQ(s.periodic, (std::array<bool, 3>{false, false, false}));
  EXPECT_EQ(s.info.at("comment"), "Bob's molecule, \"open");
  EXPECT_NEAR(s.volume(), 2 * 2 * 2.96, 1e-12);
  EXPECT_NEAR((s.position[1] - s.position[0] - Vec3(0, 0, .96)).norm(), 0, 1e-15);
}

TEST(ExtendedXyz, MassesMakeSpecies) {
  const Structure s =
      parse_xyz("3\n" + cubic + "Properties=species:S:1:pos:R:3:mass:R:1\nH 0 0 0 1\nH 1 1 1 2\nH 2 2 2 1\n", "t");
  EXPECT_EQ(s.type, (std::vector<std::int32_t>{0, 1, 0}));
  EXPECT_EQ(s.species[1].mass, 2.0);
  EXPECT_EQ(s.formula(), "H3");
}

TEST(ExtendedXyz, AFailedWriteLeavesNothing) {
  const TemporaryFolder folder;
  EXPECT_THROW(write_xyz(folder / "no/such/folder.xyz", full_structure()), Error);
  Structure broken = full_structure();
  write_file(folder / "kept.xyz", "old");
  {
    TextWriter writer(folder / "kept.xyz");
    writer.write("new");
  }
  std::ifstream in(folder / "kept.xyz");
  std::string text;
  in >> text;
  EXPECT_EQ(text, "old");
  EXPECT_FALSE(std::filesystem::exists(folder / "kept.xyz.part"));
}

TEST(ExtendedXyz, FreeComments) {
  for (const char* comment : {"bond r=1.2\" long", "[1, 2", "E = {-3", "a lattice of atoms", "it's properties"}) {
    const Structure s = parse_xyz("1\n" + std::string(comment) + "\nH 0 0 0\n", "t");
    EXPECT_EQ(s.formula(), "H") << comment;
  }
  EXPECT_EQ(parse_xyz("1\nE={-3\nH 0 0 0\n", "t").info.at("comment"), "E={-3");
  EXPECT_NE(input_error([&] { parse_xyz("1\n" + cubic + "x=\"y\nH 0 0 0\n", "t"); }).find("never closed"),
            std::string::npos);
}

TEST(ExtendedXyz, NumbersWithMarks) {
  const Structure s = parse_xyz("1\n" + cubic + "energy=[-1.5] time = -17.16, list=[1, 2] word=a,\nH 0 0 0\n", "t");
  EXPECT_EQ(s.info.at("energy"), "-1.5");
  EXPECT_EQ(s.info.at("time"), "-17.16");
  EXPECT_EQ(s.info.at("list"), "[1, 2]");
  EXPECT_EQ(s.info.at("word"), "a,");
}

TEST(ExtendedXyz, LabelsUnderOtherNames) {
  const std::string frame =
      "1\n" + cubic +
      "Properties=species:S:1:pos:R:3:REF_forces:R:3:dipoles:R:3:dft_magmom:R:1:initial_charges:R:1 REF_energy=-2 "
      "free_energy=-2.1 ref_stress=\"1 0 0 0 1 0 0 0 1\"\nFe 0 0 0 1 2 3 4 5 6 2.5 -1\n";
  const Structure s = parse_xyz(frame, "t");
  EXPECT_EQ(s.force[0], Vec3(1, 2, 3));
  EXPECT_EQ(s.magnetic_moment[0], Vec3(0, 0, 2.5));
  EXPECT_EQ(s.charge[0], -1.0);
  EXPECT_EQ(s.info.at("energy"), "-2.1");  // the nearest to the usual name
  EXPECT_EQ(s.info.at("REF_energy"), "-2");
  EXPECT_EQ(s.info.at("stress"), "1 0 0 0 1 0 0 0 1");
  EXPECT_NE(fmt::format("{}", fmt::join(s.warnings, "; ")).find("'dipoles'"), std::string::npos);
  ReadOptions options;
  options.keys.energy = "REF_energy";
  options.keys.forces = "dipoles";
  const Structure t = parse_xyz(frame, "t", -1, options);
  EXPECT_EQ(t.info.at("energy"), "-2");
  EXPECT_EQ(t.force[0], Vec3(4, 5, 6));
  // The usual names come first.
  const std::string both = "1\n" + cubic +
                           "Properties=species:S:1:pos:R:3:MACE_forces:R:3:forces:R:3 energy=1 MACE_energy=2\n"
                           "Fe 0 0 0 1 2 3 4 5 6\n";
  EXPECT_EQ(parse_xyz(both, "t").force[0], Vec3(4, 5, 6));
  EXPECT_EQ(parse_xyz(both, "t").info.at("energy"), "1");
}

TEST(ExtendedXyz, UnitsOfTheStress) {
  const auto stress = [](const std::string& value, StressUnit unit) {
    ReadOptions options;
    options.stress_unit = unit;
    const Structure s = parse_xyz("1\n" + cubic + "stress=\"" + value + "\"\nFe 0 0 0\n", "t", -1, options);
    double x = 0.0;
    std::string_view text = s.info.at("stress");
    EXPECT_TRUE(parse_number(next_token(text), x));
    return x;
  };
  EXPECT_EQ(stress("0.5 0 0 0 0 0", StressUnit::automatic), 0.5);
  EXPECT_NEAR(stress("16021.766 0 0 0 0 0", StressUnit::kbar), -10.0, 1e-6);
  EXPECT_NEAR(stress("160.21766 0 0 0 0 0", StressUnit::gpa), 1.0, 1e-6);
  EXPECT_EQ(stress("30 0 0 0 0 0", StressUnit::ev_a3), 30.0);
  EXPECT_NE(input_error([&] { stress("30 0 0 0 0 0", StressUnit::automatic); }).find("stress_unit"), std::string::npos);
}

TEST(ExtendedXyz, KindsIonsAndTypes) {
  const auto read = [](const std::string& rows, const ReadOptions& options = {}) {
    return parse_xyz(std::to_string(std::count(rows.begin(), rows.end(), '\n')) + "\nx\n" + rows, "t", -1, options);
  };
  const Structure kinds = read("Fe1 0 0 0\nFe2 3 0 0\nNa+ 6 0 0\nO2- 9 0 0\nH_w 12 0 0\n");
  EXPECT_EQ(kinds.formula(), "Fe2HNaO");
  ASSERT_EQ(kinds.warnings.size(), 1u);
  EXPECT_EQ(read("8 0 0 0\n1 1 0 0\n1 0 1 0\n").formula(), "H2O");
  for (const char* types : {"1 0 0 0\n", "1 0 0 0\n2 3 0 0\n", "2 0 0 0\n1 3 0 0\n3 6 0 0\n"})
    EXPECT_NE(input_error([&] { read(types); }).find("types of LAMMPS"), std::string::npos) << types;
  ReadOptions options;
  options.type_map = {{"1", "Mg"}, {"2", "O"}, {"C_R", "C"}};
  EXPECT_EQ(read("1 0 0 0\n2 3 0 0\nC_R 6 0 0\n", options).formula(), "CMgO");
  const std::string message = input_error([&] { read("CA1 0 0 0\n"); });
  EXPECT_NE(message.find("type_map = 'CA1: …'"), std::string::npos) << message;
}

TEST(ExtendedXyz, AFrameWithoutAtomsIsWrongByItself) {
  const std::string text = "1\nx\nH 0 0 0\n0\nnone\n1\nx\nO 0 0 0\n";
  EXPECT_EQ(parse_xyz(text, "t", 0).formula(), "H");
  EXPECT_EQ(parse_xyz(text, "t", 2).formula(), "O");
  EXPECT_EQ(input_error([&] { parse_xyz(text, "t", 1); }), "t:5: the frame has no atoms");
  EXPECT_EQ(parse_xyz("\xef\xbb\xbf"
                      "1\nx\nH 0 0 0\n",
                      "t")
                .formula(),
            "H");
}
