#include "fingerprint/crystal_nn.hpp"

#include <algorithm>

#include "crystal/prototypes.hpp"
#include "crystal/transform.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

double entry(const CrystalNNFingerprint& fingerprint, const std::string& name) {
  const auto& names = CrystalNN::names();
  const auto place = std::find(names.begin(), names.end(), name) - names.begin();
  EXPECT_LT(place, static_cast<std::ptrdiff_t>(names.size())) << name;
  return fingerprint[static_cast<std::size_t>(place)];
}

double largest_difference(const CrystalNNFingerprint& a, const CrystalNNFingerprint& b) {
  double largest = 0.0;
  for (std::size_t p = 0; p < n_crystal_nn; ++p) largest = std::max(largest, std::abs(a[p] - b[p]));
  return largest;
}

TEST(CrystalNN, CoordinationOfPrototypes) {
  CrystalNN crystal_nn;
  struct Case {
    const char* prototype;
    std::vector<std::string> species;
    double a;
    const char *number, *motif;
  };
  const Case cases[] = {{"diamond", {"Si"}, 5.43, "wt CN_4", "tetrahedral CN_4"},
                        {"zincblende", {"Zn", "S"}, 5.41, "wt CN_4", "tetrahedral CN_4"},
                        {"rocksalt", {"Na", "Cl"}, 5.64, "wt CN_6", "octahedral CN_6"},
                        {"fcc", {"Cu"}, 3.61, "wt CN_12", "cuboctahedral CN_12"},
                        {"sc", {"Po"}, 3.35, "wt CN_6", "octahedral CN_6"},
                        {"CsCl", {"Cs", "Cl"}, 4.12, "wt CN_8", "body-centered cubic CN_8"}};
  for (const Case& one : cases) {
    const auto found = crystal_nn.fingerprint(make_prototype(one.prototype, one.species, one.a));
    ASSERT_TRUE(found) << one.prototype;
    EXPECT_GT(entry(*found, one.number), 0.9) << one.prototype;
    EXPECT_NEAR(entry(*found, one.motif), entry(*found, one.number), 1e-4) << one.prototype;
  }
}

TEST(CrystalNN, WeightsByHand) {
  // Of body-centered cubes: truncated octahedra of 8 hexagons at √3/2 a and 6 squares at a. The solid angle of a square
  // is that of a pyramid on it, of a hexagon an eighth of the rest.
  const double a = 2.87;
  const auto found = CrystalNN().neighbors(make_prototype("bcc", {"Fe"}, a));
  ASSERT_TRUE(found);
  const double s = a / std::sqrt(8.0), h = 0.5 * a, sine = s * s / (s * s + 4.0 * h * h), pi = std::acos(-1.0);
  const double square = 4.0 * std::asin(sine), hexagon = (4.0 * pi - 6.0 * square) / 8.0;
  const double square_area = s * s, hexagon_area = 1.5 * std::sqrt(3.0) * s * s;
  const double weight = (square * square / square_area) / (hexagon * hexagon / hexagon_area);
  for (const auto& neighbors : *found) {
    ASSERT_EQ(neighbors.size(), 14u);
    for (std::size_t n = 0; n < 14; ++n) {
      EXPECT_NEAR(neighbors[n].distance, n < 8 ? a * std::sqrt(0.75) : a, 1e-9);
      EXPECT_NEAR(neighbors[n].weight, n < 8 ? 1.0 : std::nearbyint(1000.0 * weight) / 1000.0, 1e-12);
      EXPECT_EQ(neighbors[n].rank, n < 8 ? 0 : 1);
      EXPECT_NEAR(neighbors[n].direction.norm(), 1.0, 1e-12);
    }
  }
}

TEST(CrystalNN, ProbabilitiesAddUp) {
  std::mt19937 random(1);
  CrystalNN crystal_nn;
  for (int trial = 0; trial < 20; ++trial) {
    const auto sites = crystal_nn.site_fingerprints(random_crystal(random, {2, 3, trial % 3}));
    ASSERT_TRUE(sites);
    CrystalNNFingerprint mean{};
    for (const auto& site : *sites) {
      double sum = 0.0;
      for (std::size_t p = 0; p < n_crystal_nn; ++p) {
        if (CrystalNN::names()[p].compare(0, 2, "wt") == 0) sum += site[p];
        mean[p] += site[p] / static_cast<double>(sites->size());
      }
      EXPECT_LE(sum, 1.0 + 1e-12);  // what is missing is that of no neighbors
    }
  }
}

TEST(CrystalNN, SameCrystalSameFingerprint) {
  std::mt19937 random(2);
  CrystalNN crystal_nn;
  int same = 0;
  for (int trial = 0; trial < 30; ++trial) {
    const Structure one = random_crystal(random, {1 + trial % 3, 2, trial % 4});
    const auto a = crystal_nn.fingerprint(one),
               b = crystal_nn.fingerprint(disguised(random, supercell(one, {1, 2, 1})));
    ASSERT_TRUE(a && b);
    // A weight on the edge between two roundings may fall to either side.
    if (largest_difference(*a, *b) < 1e-8) ++same;
  }
  EXPECT_GE(same, 29);
}

TEST(CrystalNN, FarAtomsAreNoNeighbors) {
  CrystalNN crystal_nn;
  // The Voronoi cell closes beyond the first cutoff; then all are out of reach.
  for (const double a : {9.0, 25.0}) {
    const auto found = crystal_nn.fingerprint(make_prototype("sc", {"Ar"}, a));
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, CrystalNNFingerprint{});
  }
}

TEST(CrystalNN, NoneWhereThereIsNoVoronoiCell) {
  CrystalNN crystal_nn;
  EXPECT_FALSE(crystal_nn.fingerprint(crystal(3.0 * Mat3::Identity(), {{"H", {0.1, 0, 0}}, {"O", {0.1, 0, 0}}})));
  const Mat3 wire = Vec3(0.002, 60.0, 60.0).asDiagonal();  // the nearest wire is 30,000 atoms away
  EXPECT_FALSE(crystal_nn.fingerprint(crystal(wire, {{"H", {0, 0, 0}}})));
  EXPECT_FALSE(crystal_nn.fingerprint(crystal(5000.0 * Mat3::Identity(), {{"H", {0, 0, 0}}})));
  EXPECT_THROW(crystal_nn.fingerprint(Structure{}), InputError);
  Structure other = crystal(3.0 * Mat3::Identity(), {{"H", {0, 0, 0}}});
  other.species[0].atomic_number = 0;
  EXPECT_THROW(crystal_nn.fingerprint(other), InputError);
  EXPECT_TRUE(crystal_nn.fingerprint(crystal(0.1 * Mat3::Identity(), {{"H", {0, 0, 0}}})));
  // Works on after all that.
  EXPECT_TRUE(crystal_nn.fingerprint(make_prototype("fcc", {"Cu"}, 3.6)));
}

TEST(CrystalNN, AgreesWithMatminer) {
  SKIP_WITHOUT_GOLDEN_DATA();
  CrystalNN crystal_nn;
  std::size_t n_structures = 0, n_cubes_by_chance = 0;
  for (const std::string& name : golden_names) {
    const Golden& set = *golden(name);
    ASSERT_EQ(set.file["labels"].size(), n_crystal_nn);
    for (std::size_t p = 0; p < n_crystal_nn; ++p) EXPECT_EQ(set.file["labels"][p], CrystalNN::names()[p]);
    for (const auto& [which, part] : set.sets)
      for (std::size_t i = 0; i < part.structures.size(); ++i, ++n_structures) {
        const auto found = crystal_nn.fingerprint(part.structures[i]);
        ASSERT_TRUE(found) << name << " " << which << " " << i;
        for (std::size_t p = 0; p < n_crystal_nn; ++p) {
          const double difference = std::abs((*found)[p] - part.described[i]["structure_fp"][p].get<double>());
          if (CrystalNN::names()[p] != "body-centered cubic CN_8") {
            EXPECT_LT(difference, 1e-6) << name << " " << which << " " << i << " " << CrystalNN::names()[p];
          } else if (difference > 5e-5) {
            // Of equal neighbors one order stands for all there, the mean over orders here.
            EXPECT_LT(difference, 1e-3) << name << " " << which << " " << i;
            ++n_cubes_by_chance;
          }
        }
      }
  }
  EXPECT_EQ(n_structures, 1250u);
  EXPECT_LE(n_cubes_by_chance, 4u);
}

}  // namespace
