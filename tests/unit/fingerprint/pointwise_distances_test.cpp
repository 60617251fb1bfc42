#include "fingerprint/pointwise_distances.hpp"

#include "crystal/prototypes.hpp"
#include "crystal/transform.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

/// Distances of one atom by all images of a block of cells, which must be large enough.
std::vector<double> by_enumeration(const Structure& structure, std::size_t atom, const Int3& reach, std::size_t k) {
  std::vector<double> all;
  for (int a = -reach[0]; a <= reach[0]; ++a)
    for (int b = -reach[1]; b <= reach[1]; ++b)
      for (int c = -reach[2]; c <= reach[2]; ++c)
        for (std::size_t j = 0; j < structure.size(); ++j)
          if (a != 0 || b != 0 || c != 0 || j != atom)
            all.push_back((structure.position[j] - structure.position[atom] +
                           to_cartesian(structure.cell, {1.0 * a, 1.0 * b, 1.0 * c}))
                              .norm());
  std::sort(all.begin(), all.end());
  all.resize(k);
  return all;
}

void expect_enumerated(const Structure& structure, const Int3& reach, int k) {
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < structure.size(); ++i)
    rows.push_back(by_enumeration(structure, i, reach, static_cast<std::size_t>(k)));
  std::sort(rows.begin(), rows.end());
  const PointwiseDistances found = pointwise_distances(structure, k, -1.0);
  ASSERT_EQ(found.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (int n = 0; n < k; ++n)
      ASSERT_NEAR(found.row(i)[n], rows[i][static_cast<std::size_t>(n)], 1e-10) << i << " " << n;
}

TEST(PointwiseDistances, ShellsOfCubicLattices) {
  struct Case {
    const char* prototype;
    std::vector<std::pair<int, double>> shells;  // size, squared radius in lattice constants
  };
  const Case cases[] = {{"sc", {{6, 1}, {12, 2}, {8, 3}, {6, 4}, {24, 5}, {24, 6}, {12, 8}}},
                        {"bcc", {{8, 0.75}, {6, 1}, {12, 2}, {24, 2.75}, {8, 3}, {6, 4}}},
                        {"fcc", {{12, 0.5}, {6, 1}, {24, 1.5}, {12, 2}, {24, 2.5}, {8, 3}}},
                        {"diamond", {{4, 3.0 / 16}, {12, 0.5}, {12, 11.0 / 16}, {6, 1}}}};
  for (const Case& one : cases) {
    const Structure crystal = make_prototype(one.prototype, {"Po"}, 3.7);
    std::vector<double> expected;
    for (const auto& [size, squared] : one.shells)
      expected.insert(expected.end(), static_cast<std::size_t>(size), 3.7 * std::sqrt(squared));
    const int k = static_cast<int>(expected.size());
    const auto amd = average_minimum_distances(crystal, k);
    ASSERT_EQ(amd.size(), expected.size());
    EXPECT_LT(amd_distance(amd, expected), 1e-12) << one.prototype;
    const PointwiseDistances pdd = pointwise_distances(crystal, k);
    ASSERT_EQ(pdd.size(), 1u);
    EXPECT_EQ(pdd.weight[0], 1.0);
    EXPECT_EQ(average_minimum_distances(pdd), std::vector<double>(pdd.row(0), pdd.row(0) + k));
  }
}

TEST(PointwiseDistances, OneRowForEachKindOfPlace) {
  const double a = 5.46;
  const PointwiseDistances fluorite = pointwise_distances(make_prototype("fluorite", {"Ca", "F"}, a), 8);
  ASSERT_EQ(fluorite.size(), 2u);
  // Of fluorine: 4 calcium, 6 fluorine. Of calcium: 8 fluorine.
  EXPECT_DOUBLE_EQ(fluorite.weight[0], 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(fluorite.weight[1], 1.0 / 3.0);
  for (int n = 0; n < 8; ++n) {
    EXPECT_NEAR(fluorite.row(0)[n], n < 4 ? a * std::sqrt(3.0) / 4.0 : a / 2.0, 1e-12);
    EXPECT_NEAR(fluorite.row(1)[n], a * std::sqrt(3.0) / 4.0, 1e-12);
  }
  // Blind to elements.
  EXPECT_EQ(pointwise_distances(make_prototype("rocksalt", {"Na", "Cl"}, a), 30).size(), 1u);
  EXPECT_EQ(pointwise_distances(make_prototype("rocksalt", {"Na", "Cl"}, a), 30, -1.0).size(), 8u);
}

TEST(PointwiseDistances, AgreeWithEnumeration) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 20; ++trial)
    expect_enumerated(random_crystal(random, {1 + trial % 3, trial % 4, trial % 2}), {4, 4, 4}, 1 + 13 * (trial % 5));
}

TEST(PointwiseDistances, AnyShapeOfCell) {
  std::mt19937 random(2);
  Structure layer = random_crystal(random, {2, 3}), wire = random_crystal(random, {2}),
            clump = random_crystal(random, {4});
  layer.cell.row(2) *= 12.0;
  expect_enumerated(layer, {8, 8, 1}, 80);
  wire.cell.row(1) *= 20.0;
  wire.cell.row(2) *= 20.0;
  expect_enumerated(wire, {40, 1, 1}, 60);
  clump.cell *= 10.0;
  expect_enumerated(clump, {3, 3, 3}, 100);
  // One atom alone, its nearest images all along one vector.
  expect_enumerated(crystal(Vec3(1e-3, 30.0, 40.0).asDiagonal(), {{"H", {0.2, 0.0, 0.9}}}), {60, 0, 0}, 100);
  // The same lattice in a basis that is far from short.
  Structure skewed = random_crystal(random, {2, 2});
  const auto before = average_minimum_distances(skewed, 100);
  skewed.cell.row(1) += 311.0 * skewed.cell.row(0);
  skewed.cell.row(2) -= 77.0 * skewed.cell.row(1);
  EXPECT_LT(amd_distance(average_minimum_distances(skewed, 100), before), 1e-8);
}

TEST(PointwiseDistances, SameCrystalSameDistances) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 20; ++trial) {
    const Structure one = random_crystal(random, {1 + trial % 3, 2, trial % 4});
    const PointwiseDistances a = pointwise_distances(one, 50);
    for (const Structure& other : {disguised(random, one), disguised(random, supercell(one, {2, 1, 3}))}) {
      const PointwiseDistances b = pointwise_distances(other, 50);
      EXPECT_EQ(a.size(), b.size());
      EXPECT_LT(pdd_distance(a, b), 1e-9);
      EXPECT_LT(amd_distance(average_minimum_distances(one, 50), average_minimum_distances(other, 50)), 1e-9);
      EXPECT_LT(amd_distance(average_minimum_distances(b), average_minimum_distances(other, 50)), 1e-9);
    }
  }
}

TEST(PointwiseDistances, MoveNoMoreThanAtomsDo) {
  // Distances change by at most twice what atoms move (theorem 4.3 of the paper on PDDs).
  std::mt19937 random(4);
  for (int trial = 0; trial < 10; ++trial) {
    const Structure one = random_crystal(random, {2, 3, trial % 3});
    const PointwiseDistances a = pointwise_distances(one, 60);
    for (const double size : {1e-6, 1e-4, 1e-2, 0.3}) {
      const Structure other = displaced(random, one, size);
      const PointwiseDistances b = pointwise_distances(other, 60);
      const double distance = pdd_distance(a, b);
      EXPECT_LE(distance, 2.0 * size + 1e-12);
      EXPECT_LE(amd_distance(average_minimum_distances(a), average_minimum_distances(b)), distance + 1e-12);
      EXPECT_NEAR(pdd_distance(b, a), distance, 1e-12);
    }
  }
}

TEST(PointwiseDistances, Errors) {
  std::mt19937 random(5);
  Structure structure = random_crystal(random, {2});
  EXPECT_THROW(pointwise_distances(structure, 0), InputError);
  EXPECT_THROW(average_minimum_distances(structure, -1), InputError);
  EXPECT_THROW(average_minimum_distances(Structure{}, 5), InputError);
  EXPECT_THROW(pdd_distance(pointwise_distances(structure, 5), pointwise_distances(structure, 6)), InputError);
  EXPECT_THROW(amd_distance({1.0}, {1.0, 2.0}), InputError);
  structure.position[1][2] = std::nan("");
  EXPECT_THROW(average_minimum_distances(structure, 5), InputError);
  structure = random_crystal(random, {2});
  structure.cell.row(2) = structure.cell.row(0) - 2.0 * structure.cell.row(1);
  EXPECT_THROW(average_minimum_distances(structure, 5), InputError);
}

TEST(PointwiseDistances, CoincidentAtoms) {
  const Structure twins = crystal(3.0 * Mat3::Identity(), {{"H", {0.1, 0.2, 0.3}}, {"H", {0.1, 0.2, 0.3}}});
  const auto amd = average_minimum_distances(twins, 13);
  EXPECT_NEAR(amd[0], 0.0, 1e-12);
  for (std::size_t n = 1; n < 13; ++n) EXPECT_NEAR(amd[n], 3.0, 1e-12);
}

TEST(PointwiseDistances, AgreeWithAverageMinimumDistance) {
  SKIP_WITHOUT_GOLDEN_DATA();
  for (const std::string& name : golden_names) {
    const Golden& set = *golden(name);
    for (const auto& [which, part] : set.sets)
      for (std::size_t i = 0; i < part.structures.size(); ++i) {
        const auto amd = average_minimum_distances(part.structures[i], 100);
        for (std::size_t n = 0; n < 100; ++n) {
          const double expected = part.described[i]["amd"][n];
          ASSERT_NEAR(amd[n], expected, rounding(expected, 7)) << name << " " << which << " " << i << " " << n;
        }
      }
    const auto& structures = set.sets.at("reference").structures;
    const PointwiseDistances first = pointwise_distances(structures[0], 10);
    const auto& rows = set.file["pdd_first_k10"];
    ASSERT_EQ(first.size(), rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      EXPECT_NEAR(first.weight[i], rows[i][0].get<double>(), 1e-7);
      for (std::size_t n = 0; n < 10; ++n)
        EXPECT_NEAR(first.row(i)[n], rows[i][n + 1].get<double>(), rounding(first.row(i)[n], 7));
    }
    for (const auto& pair : set.file["pdd_emd_k100"]) {
      const auto a = pointwise_distances(structures[pair[0]], 100), b = pointwise_distances(structures[pair[1]], 100);
      // The program cuts weights and costs to multiples of 1e-8.
      EXPECT_NEAR(pdd_distance(a, b), pair[2].get<double>(), 1e-7) << name << " " << pair;
    }
  }
}

}  // namespace
