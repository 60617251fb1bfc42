// Comparison with ASE's readers and writers, where a Python with ASE is at hand.
#include <gtest/gtest.h>

#include <cmath>

#include "crystal/elements.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/lattice.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

/// The Python that has ASE; empty where none has.
const std::string& python() {
  static const std::string found = [] {
    for (const char* candidate : {"/usr/bin/python3", "python3"})
      if (std::system((std::string(candidate) + " -c 'import ase' >/dev/null 2>&1").c_str()) == 0)
        return std::string(candidate);
    return std::string();
  }();
  return found;
}

bool run(const std::string& arguments) {
  const std::string script = std::string(SPINEL_SOURCE_DIR) + "/tests/unit/crystal/ase_files.py ";
  return std::system((python() + " -W ignore " + script + arguments).c_str()) == 0;
}

/// What ASE found: cell, then per atom its number, position and the `extra` columns that follow.
struct AseStructure {
  Mat3 cell;
  std::vector<int> number;
  std::vector<Vec3> position, extra;
};

AseStructure load(const std::string& path, bool has_extra = false) {
  std::ifstream in(path);
  AseStructure s;
  double n = 0, z = 0;
  in >> n;
  for (int i = 0; i < 9; ++i) in >> s.cell(i / 3, i % 3);
  for (int i = 0; i < static_cast<int>(n); ++i) {
    Vec3 r, e;
    in >> z >> r[0] >> r[1] >> r[2];
    if (has_extra) in >> e[0] >> e[1] >> e[2];
    s.number.push_back(static_cast<int>(z));
    s.position.push_back(r);
    s.extra.push_back(e);
  }
  EXPECT_TRUE(in) << path;
  return s;
}

void expect_same(const Structure& s, const AseStructure& ase, double tolerance) {
  ASSERT_EQ(s.size(), ase.number.size());
  EXPECT_NEAR((s.cell - ase.cell).norm(), 0, tolerance);
  EXPECT_LT(largest_difference(s.position, ase.position), tolerance);
  for (std::size_t i = 0; i < s.size(); ++i)
    EXPECT_EQ(s.species[static_cast<std::size_t>(s.type[i])].atomic_number, ase.number[i]);
}

}  // namespace

TEST(Ase, ReadsWhatAseWrites) {
  if (python().empty()) GTEST_SKIP() << "no Python with ASE";
  const TemporaryFolder folder;
  ASSERT_TRUE(run("write " + folder / "."));
  const Structure xyz = read_structure(folder / "a.xyz");
  const AseStructure ase = load(folder / "a.xyz.txt", true);
  expect_same(xyz, ase, 1e-12);
  EXPECT_LT(largest_difference(xyz.velocity, ase.extra), 1e-6);
  EXPECT_GT(xyz.velocity[0].norm(), 1e-3);
  EXPECT_EQ(xyz.periodic, (std::array<bool, 3>{true, true, false}));
  EXPECT_EQ(xyz.fixed, (std::vector<std::uint8_t>{0, 7, 0, 7, 0}));
  EXPECT_EQ(xyz.info.at("title"), "two \"quoted\" words");
  EXPECT_EQ(xyz.info.at("array"), "0 1 2");

  const Structure poscar = read_structure(folder / "POSCAR");
  expect_same(poscar, load(folder / "POSCAR.txt"), 1e-12);
  EXPECT_EQ(poscar.fixed, (std::vector<std::uint8_t>{0, 7, 0, 7, 0}));

  // ASE orders the images of a site differently.
  const Structure cif = read_structure(folder / "a.cif");
  const AseStructure expected = load(folder / "a.cif.txt");
  ASSERT_EQ(cif.size(), 56u);
  ASSERT_EQ(expected.position.size(), 56u);
  const Mat3 to_fractional = to_fractional_matrix(cif.cell);
  for (std::size_t i = 0; i < cif.size(); ++i) {
    int found = 0;
    for (std::size_t j = 0; j < cif.size(); ++j) {
      Vec3 d = to_fractional * (cif.position[i] - expected.position[j]);
      for (double& x : d) x -= std::round(x);
      if (d.norm() < 1e-9 && expected.number[j] == cif.species[static_cast<std::size_t>(cif.type[i])].atomic_number)
        ++found;
    }
    EXPECT_EQ(found, 1) << "atom " << i;
  }
}

TEST(Ase, AseReadsWhatIsWritten) {
  if (python().empty()) GTEST_SKIP() << "no Python with ASE";
  const TemporaryFolder folder;
  Structure s;
  s.cell = cell_from_parameters({4.1, 5.2, 7.7, 81, 95.5, 103});
  s.species = {species_from_symbol("Ga"), species_from_symbol("As")};
  s.type = {0, 0, 1};
  for (const Vec3& f : {Vec3(0.1, 0.2, 0.3), Vec3(1.0 / 3, 0.5, 0.9), Vec3(0.7, 1.0 / 7, 0.6)})
    s.position.push_back(to_cartesian(s.cell, f));
  s.velocity = {{1, 2, 3}, {0, 0, 0}, {0, 1e-12, 0}};
  s.fixed = {7, 0, 0};
  s.info = {{"title", "two \"quoted\" words"}, {"list", "[[1, 2], [3, 4]]"}};
  for (const char* name : {"b.xyz", "b.xyz.gz", "POSCAR", "b.cif"}) {
    SCOPED_TRACE(name);
    write_structure(folder / name, s);
    ASSERT_TRUE(run("read " + folder / name + " > " + folder / "out.txt"));
    expect_same(s, load(folder / "out.txt"), 1e-12);
  }
}
