#include <gtest/gtest.h>

#include "crystal/elements.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/formats/text_file.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

TEST(TextFile, NumbersAreWholeTokens) {
  double x = 0;
  EXPECT_TRUE(parse_number("+1.5e3", x));
  EXPECT_EQ(x, 1500);
  EXPECT_TRUE(parse_number("1e-400", x));
  EXPECT_EQ(x, 0);
  EXPECT_TRUE(parse_number(".5", x));
  for (const char* wrong : {"", "+", "1x", "nan", "inf", "-inf", "1e400", "0x1p3", "1,5", "--1"})
    EXPECT_FALSE(parse_number(wrong, x)) << wrong;
  std::int64_t n = 0;
  EXPECT_TRUE(parse_number("-9223372036854775808", n));
  for (const char* wrong : {"", "1.0", "9223372036854775808", "1 "}) EXPECT_FALSE(parse_number(wrong, n)) << wrong;
}

TEST(TextFile, LinesLongerThanTheBufferAndOfEveryEnding) {
  const TemporaryFolder folder;
  const std::string longest(1 << 20, 'x');
  LineReader reader(write_file(folder / "lines", "one\r\n\n" + longest + "\nlast"));
  std::string_view line;
  std::vector<std::string> lines;
  while (reader.next(line)) lines.emplace_back(line);
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "", longest, "last"}));
  EXPECT_EQ(reader.line_number(), 4);
}

TEST(StructureFile, TheNameTellsTheFormat) {
  const TemporaryFolder folder;
  Structure s;
  s.cell = Vec3(3, 4, 5).asDiagonal();
  s.species = {species_from_symbol("Cu")};
  s.type = {0};
  s.position = {{0.5, 0.25, 1}};
  for (const char* name : {"a.xyz", "A.EXTXYZ", "a.xyz.gz", "a.cif", "a.vasp", "a.poscar", "POSCAR", "CONTCAR.7",
                           "poscar_old.gz", "a.cif.gz"}) {
    write_structure(folder / name, s);
    EXPECT_LT(largest_difference(read_structure(folder / name).position, s.position), 1e-14) << name;
  }
  EXPECT_NE(input_error([&] { write_structure(folder / "a.pdb", s); }).find("recognized by its name"),
            std::string::npos);
  EXPECT_NE(input_error([&] { read_structure(folder / "POSCAR", 2); }).find("only one"), std::string::npos);
  EXPECT_NE(input_error([&] { read_structure(folder / "none.xyz"); }).find("cannot open"), std::string::npos);
  std::filesystem::create_directory(folder / "dir.xyz");
  EXPECT_NE(input_error([&] { read_structure(folder / "dir.xyz"); }).find("folder"), std::string::npos);
}

// A full disk, where the system has the device that plays one.
TEST(StructureFile, AFullDiskIsAnError) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  const TemporaryFolder folder;
  std::filesystem::create_symlink("/dev/full", folder / "a.xyz.part");
  Structure s;
  s.cell = Mat3::Identity();
  s.species = {species_from_symbol("Cu")};
  s.type = {0};
  s.position = {{0, 0, 0}};
  EXPECT_THROW(write_structure(folder / "a.xyz", s), Error);
  EXPECT_FALSE(std::filesystem::exists(folder / "a.xyz"));
}
