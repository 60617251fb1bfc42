#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "crystal/closest_pair.hpp"
#include "crystal/formats/structure_file.hpp"
#include "crystal/formats/xyz/extended_xyz.hpp"
#include "crystal/symmetry.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

struct File {
  const char* name;
  std::int64_t frames;
  std::size_t atoms;         // of all frames
  const char *first, *last;  // formulas
  double sum;                // of |x| + |y| + |z| over all atoms
};

// Counts, formulas and sums taken with ASE.
const File files[] = {
    {"mlearn/Si_train.xyz", 214, 13233, "Si63", "Si64", 221532.51467564027},
    {"mlearn/Si_test.xyz", 25, 1525, "Si63", "Si64", 26890.13314684},
    {"mlearn/Li_train.xyz", 241, 11576, "Li53", "Li2", 180142.1534163601},
    {"mlearn/Li_test.xyz", 29, 1320, "Li53", "Li2", 20185.302802789996},
    {"nbmotaw/train.xyz.gz", 5282, 108464, "Mo8Ta8", "W54", 1164165.3642029418},
    {"nbmotaw/test.xyz.gz", 188, 5068, "Mo3W5", "Nb3W5", 70913.00284318997},
    {"mptrj/random_1k.xyz.gz", 1000, 31312, "As4Na5", "Ge2S2Th2", 435469.5144099194},
    {"mp_20/train.xyz.gz", 10008, 95273, "C2O6Sr2", "Al4Co4Gd10", 856953.9638012819},
    {"mp_20/val.xyz.gz", 1000, 9831, "Eu2P2Pt2", "DyHo", 89343.01401885005},
    {"mp_20/test.xyz.gz", 1500, 14353, "Co6Nd12Pb", "As4FeNi", 129775.32575833007},
    {"perov_5/train.xyz", 4800, 24000, "FNORhTe", "AuFO2Y", 96306.83230346996},
    {"perov_5/val.xyz", 600, 3000, "KO2SW", "BFLiNO", 11986.525164580013},
    {"perov_5/test.xyz", 600, 3000, "CdN2OZr", "KN3Sb", 12169.060879650011},
    {"carbon_24/train.xyz", 3200, 29372, "C10", "C10", 199647.38211161003},
    {"carbon_24/test.xyz", 400, 3726, "C8", "C16", 25731.941186720025},
    {"matcher/pairs.xyz", 600, 6001, "Ni9Y3", "Ba3Mn3O9", 53042.144142950056},
    {"m3gnet/reference.xyz", 21, 184, "MoS", "Fe", 1767.73906694},
    {"lj/melt_32000.xyz.gz", 1, 32000, "Ar32000", "Ar32000", 1572102.0351340268},
};

}  // namespace

TEST(SharedData, EveryFrameOfEveryFile) {
  const auto folder = data_folder();
  if (folder.empty()) GTEST_SKIP() << "the shared data are absent";
  for (const File& file : files) {
    SCOPED_TRACE(file.name);
    XyzReader reader((folder / file.name).string());
    Structure s;
    std::int64_t frames = 0;
    std::size_t atoms = 0;
    double sum = 0;
    std::string formula;
    while (reader.next(s)) {
      formula = s.formula();
      if (frames++ == 0) {
        EXPECT_EQ(formula, file.first);
      }
      atoms += s.size();
      EXPECT_GT(s.volume(), 0);
      EXPECT_EQ(s.periodic, (std::array<bool, 3>{true, true, true}));
      for (const Vec3& r : s.position) sum += r.cwiseAbs().sum();
    }
    EXPECT_EQ(frames, file.frames);
    EXPECT_EQ(atoms, file.atoms);
    EXPECT_EQ(formula, file.last);
    EXPECT_NEAR(sum, file.sum, 1e-9 * file.sum);
  }
}

TEST(SharedData, MeltInReducedUnits) {
  const auto folder = data_folder();
  if (folder.empty()) GTEST_SKIP() << "the shared data are absent";
  const Structure s = read_structure((folder / "lj/melt_32000.xyz.gz").string(), -1, with_labels());
  ASSERT_EQ(s.size(), 32000u);
  EXPECT_EQ(s.velocity.size(), 32000u);
  EXPECT_EQ(s.velocity[0], Vec3(-0.14582831540066438, -0.66994617068169771, -2.0172221659688598));
  EXPECT_EQ(s.info.at("units"), "lj");
  EXPECT_EQ(s.species[0].mass, 1.0);
  // The fcc lattice at the density 0.8442.
  EXPECT_NEAR(32000 / s.volume(), 0.8442, 1e-4);
  EXPECT_NEAR(closest_pair(s).distance, std::cbrt(4 / 0.8442) / std::sqrt(2.0), 1e-4);
}

// mp_20 states the space group of each crystal, found by pymatgen with a tolerance of 0.1 Å; another tolerance finds
// another group for a few.
TEST(SharedData, SpaceGroupsOfTheMaterialsProject) {
  const auto folder = data_folder();
  if (folder.empty()) GTEST_SKIP() << "the shared data are absent";
  XyzReader reader((folder / "mp_20/val.xyz.gz").string());
  Structure s;
  int agree = 0;
  for (int frame = 0; frame < 150; ++frame) {
    ASSERT_TRUE(reader.next(s));
    agree += std::to_string(symmetry(s, 0.1).number) == s.info.at("space_group") ? 1 : 0;
  }
  EXPECT_GE(agree, 148);
}
