#include "crystal/lattice.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "crystal/closest_pair.hpp"
#include "crystal/elements.hpp"
#include "support.hpp"

using namespace spinel;
using spinel::testing::input_error;

namespace {

Structure random_structure(std::mt19937_64& engine, std::size_t n, const Mat3& cell, std::array<bool, 3> periodic) {
  std::uniform_real_distribution<double> uniform(-0.7, 1.6);  // also outside the cell
  Structure s;
  s.cell = cell;
  s.periodic = periodic;
  s.species = {species_from_symbol("Ar")};
  s.type.assign(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const double x = uniform(engine), y = uniform(engine), z = uniform(engine);
    s.position.push_back(to_cartesian(cell, {x, y, z}));
  }
  return s;
}

/// All pairs, all images up to `reach` cells away.
double brute_force(const Structure& s, int reach) {
  double best = std::numeric_limits<double>::infinity();
  const auto limit = [&](std::size_t k) { return s.periodic[k] ? reach : 0; };
  for (std::size_t i = 0; i < s.size(); ++i)
    for (std::size_t j = i; j < s.size(); ++j)
      for (int a = -limit(0); a <= limit(0); ++a)
        for (int b = -limit(1); b <= limit(1); ++b)
          for (int c = -limit(2); c <= limit(2); ++c) {
            if (i == j && a == 0 && b == 0 && c == 0) continue;
            const Vec3 d = s.position[j] - s.position[i] + to_cartesian(s.cell, Vec3(a, b, c));
            best = std::min(best, d.norm());
          }
  return best;
}

}  // namespace

TEST(Lattice, ParametersRoundTrip) {
  const CellParameters p{3.1, 4.7, 9.2, 71.0, 83.5, 112.0};
  const CellParameters q = cell_parameters(cell_from_parameters(p));
  EXPECT_NEAR(q.a, p.a, 1e-12);
  EXPECT_NEAR(q.b, p.b, 1e-12);
  EXPECT_NEAR(q.c, p.c, 1e-12);
  EXPECT_NEAR(q.alpha, p.alpha, 1e-12);
  EXPECT_NEAR(q.beta, p.beta, 1e-12);
  EXPECT_NEAR(q.gamma, p.gamma, 1e-12);
  // Volume by the textbook formula.
  const double rad = std::acos(-1.0) / 180, ca = std::cos(71 * rad), cb = std::cos(83.5 * rad),
               cg = std::cos(112 * rad);
  EXPECT_NEAR(cell_from_parameters(p).determinant(),
              3.1 * 4.7 * 9.2 * std::sqrt(1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg), 1e-10);
  EXPECT_EQ(cell_from_parameters({2, 3, 4, 90, 90, 90}), Mat3(Vec3(2, 3, 4).asDiagonal()));
}

TEST(Lattice, ImpossibleAnglesAreRefused) {
  EXPECT_NE(input_error([] { cell_from_parameters({1, 1, 1, 120, 120, 120}); }), "");
  EXPECT_NE(input_error([] { cell_from_parameters({1, 1, 1, 30, 40, 100}); }), "");
  EXPECT_NE(input_error([] { cell_from_parameters({1, 0, 1, 90, 90, 90}); }), "");
  EXPECT_NE(input_error([] { cell_from_parameters({1, 1, 1, 90, 90, 180}); }), "");
}

TEST(Lattice, HeightsAreDistancesBetweenFaces) {
  Mat3 cell;
  cell << 2, 0, 0, 1, 3, 0, 0, 0, 5;
  const Vec3 h = perpendicular_heights(cell);
  EXPECT_NEAR(h[0], 2.0 * 3.0 / std::sqrt(10.0), 1e-14);
  EXPECT_NEAR(h[1], 3.0, 1e-14);
  EXPECT_NEAR(h[2], 5.0, 1e-14);
}

TEST(Lattice, WrapKeepsNonPeriodicCoordinates) {
  Structure s;
  s.cell = Vec3(2, 2, 2).asDiagonal();
  s.periodic = {true, true, false};
  s.position = {{-0.5, 4.5, -7.0}, {2.0 - 1e-12, 0, 3}};
  wrap(s);
  EXPECT_NEAR((s.position[0] - Vec3(1.5, 0.5, -7)).norm(), 0, 1e-14);
  EXPECT_NEAR((s.position[1] - Vec3(0, 0, 3)).norm(), 0, 1e-10);
}

TEST(Lattice, LeftHandedCellsKeepLatticeAndDistances) {
  Structure s;
  s.species = {species_from_symbol("Si")};
  s.type = {0, 0};
  s.cell << 0, 0, 3, 0, 4, 0, 5, 0, 0.5;
  s.position = {{0.1, 0.2, 0.3}, {2, 1, 1}};
  const Structure before = s;
  ASSERT_LT(s.volume(), 0);
  regularize_cell(s, "test");
  EXPECT_NEAR(s.volume(), -before.volume(), 1e-12);
  EXPECT_EQ(s.cell, -before.cell);
  EXPECT_EQ(s.position, before.position);

  s = before;
  s.periodic = {true, false, true};
  regularize_cell(s, "test");
  const Vec3 f = to_fractional_matrix(s.cell) * s.position[1];
  EXPECT_GT(f[1], 0.0);  // as inside the box as before
  EXPECT_LT(f[1], 1.0);
  EXPECT_NEAR(((s.position[1] - s.position[0]) - (before.position[1] - before.position[0])).norm(), 0, 1e-14);
}

TEST(Lattice, ClustersAndSlabsGetACell) {
  Structure s;
  s.species = {species_from_symbol("Si")};
  s.type = {0, 0};
  s.position = {{-3, 0, 5}, {1, 2, 4.5}};
  s.periodic = {false, false, false};
  Structure cluster = s;
  regularize_cell(cluster, "test");
  EXPECT_NEAR((cluster.cell - Mat3(Vec3(6, 4, 2.5).asDiagonal())).norm(), 0, 1e-14);
  EXPECT_NEAR((cluster.position[0] - Vec3(1, 1, 1.5)).norm(), 0, 1e-14);

  Structure slab = s;
  slab.periodic = {true, true, false};
  slab.cell << 3, 0, 0, 1, 3, 0, 0, 0, 0;
  regularize_cell(slab, "test");
  EXPECT_NEAR((slab.cell.row(2).transpose() - Vec3(0, 0, 2.5)).norm(), 0, 1e-14);
  EXPECT_NEAR(slab.position[1][0], 1, 1e-14);

  s.periodic = {true, false, false};
  EXPECT_NE(input_error([&] { regularize_cell(s, "test"); }), "");
  s.periodic = {true, true, true};
  s.cell << 1, 0, 0, 0, 1, 0, 1, 1, 0;
  EXPECT_NE(input_error([&] { regularize_cell(s, "test"); }).find("plane"), std::string::npos);
}

TEST(ClosestPair, AgreesWithBruteForce) {
  std::mt19937_64 engine(5);
  std::uniform_real_distribution<double> component(-4.0, 4.0);
  for (int trial = 0; trial < 160; ++trial) {
    Mat3 cell;
    do {
      for (int i = 0; i < 9; ++i) cell(i / 3, i % 3) = component(engine);
    } while (std::abs(cell.determinant()) < 4.0);
    const std::array<bool, 3> periodic = {(trial & 1) != 0, (trial & 2) != 0, (trial & 4) != 0};
    const std::size_t n = trial % 3 == 0 ? 1 + static_cast<std::size_t>(trial % 5) : 10;
    const Structure s = random_structure(engine, n, cell, periodic);
    const double expected = brute_force(s, 8);
    const ClosestPair pair = closest_pair(s);
    if (std::isinf(expected)) {
      EXPECT_TRUE(std::isinf(pair.distance));
    } else {
      EXPECT_NEAR(pair.distance, expected, 1e-12 * (1 + expected)) << "trial " << trial;
    }
  }
}

TEST(ClosestPair, FlatCellsAndSpecialCases) {
  Structure s;
  s.species = {species_from_symbol("Ar")};
  s.type = {0};
  s.position = {{0, 0, 0}};
  s.cell << 1, 0, 0, 1000, 1, 0, 300, 700, 1;  // the cubic lattice, skewed
  EXPECT_NEAR(closest_pair(s).distance, 1.0, 1e-9);
  s.periodic = {false, false, false};
  EXPECT_TRUE(std::isinf(closest_pair(s).distance));
  s.type = {0, 0};
  s.position = {{0, 0, 0}, {1e6, 0, 0}};
  EXPECT_NEAR(closest_pair(s).distance, 1e6, 1e-6);
  s.position = {{1, 1, 1}, {1, 1, 1}};
  EXPECT_EQ(closest_pair(s).distance, 0.0);
}

TEST(ClosestPair, FindsTheOnePairInAClumpedSystem) {
  std::mt19937_64 engine(6);
  Structure s = random_structure(engine, 2000, Mat3(Vec3(5, 5, 5).asDiagonal()), {true, true, true});
  wrap(s);
  s.cell = Vec3(400, 400, 400).asDiagonal();  // a droplet in a vacuum
  EXPECT_NEAR(closest_pair(s).distance, brute_force(s, 0), 1e-12);
}

TEST(ClosestPair, OverlapNamesAtomsAndDistance) {
  Structure s;
  s.cell = Vec3(10, 10, 10).asDiagonal();
  s.species = {species_from_symbol("Ga"), species_from_symbol("As")};
  s.type = {0, 1, 1};
  s.position = {{0.1, 0, 0}, {5, 5, 5}, {9.9, 0, 0}};
  const std::string message = input_error([&] { check_overlap(s, 0.5, "here"); });
  for (const char* part : {"here: ", "1 (Ga)", "3 (As)", "0.2 apart"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
  EXPECT_EQ(input_error([&] { check_overlap(s, 0.1, "here"); }), "");
  EXPECT_EQ(input_error([&] { check_overlap(s, 0.0, "here"); }), "");
}
