#include "core/error.hpp"
#include "crystal/transform.hpp"
#include "matching/lattice_reduction.hpp"
#include "matching/reduced_cell.hpp"
#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

/// Integers, and of determinant ±1.
void expect_same_lattice(const Mat3& a, const Mat3& b) {
  const Mat3 change = b * a.inverse();
  EXPECT_LT((change - change.array().round().matrix()).cwiseAbs().maxCoeff(), 1e-7);
  EXPECT_NEAR(std::abs(change.determinant()), 1.0, 1e-7);
}

TEST(LatticeReduction, NiggliCellsDoNotDependOnTheBasis) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  for (int trial = 0; trial < 300; ++trial) {
    Mat3 cell;
    for (int i = 0; i < 9; ++i) cell(i / 3, i % 3) = 4.0 * uniform(random);
    if (std::abs(cell.determinant()) < 2.0) continue;
    const Mat3 one = niggli_reduced(cell), two = niggli_reduced(random_basis_change(random) * cell);
    expect_same_lattice(cell, one);
    EXPECT_GT(one.determinant(), 0.0);
    const CellParameters p = cell_parameters(one), q = cell_parameters(two);
    EXPECT_NEAR(p.a, q.a, 1e-9);
    EXPECT_NEAR(p.b, q.b, 1e-9);
    EXPECT_NEAR(p.c, q.c, 1e-9);
    EXPECT_NEAR(p.alpha, q.alpha, 1e-6);
    EXPECT_NEAR(p.beta, q.beta, 1e-6);
    EXPECT_NEAR(p.gamma, q.gamma, 1e-6);
    // The main conditions: sides ascending, angles of one kind, no projection beyond half a side.
    EXPECT_LE(p.a, p.b + 1e-9);
    EXPECT_LE(p.b, p.c + 1e-9);
    const bool acute = p.alpha < 90.0;
    EXPECT_TRUE(acute ? p.beta < 90.0 && p.gamma < 90.0 : p.beta >= 90.0 - 1e-4 && p.gamma >= 90.0 - 1e-4);
    EXPECT_LE(2.0 * std::abs(one.row(1).dot(one.row(2))), p.b * p.b + 1e-4);
    EXPECT_LE(2.0 * std::abs(one.row(0).dot(one.row(2))), p.a * p.a + 1e-4);
    EXPECT_LE(2.0 * std::abs(one.row(0).dot(one.row(1))), p.a * p.a + 1e-4);
  }
}

TEST(LatticeReduction, FollowsTheTables) {
  // Conventional and primitive cells of International Tables A, table 9.2.5.1: fcc has angles of 60°, bcc of 109.47°.
  Mat3 fcc, bcc;
  fcc << 0, 2, 2, 2, 0, 2, 2, 2, 0;
  bcc << -2, 2, 2, 2, -2, 2, 2, 2, -2;
  Mat3 change;
  change << 3, 2, 1, 1, 1, 1, 2, 1, 1;
  const CellParameters f = cell_parameters(niggli_reduced(change * fcc));
  for (const double angle : {f.alpha, f.beta, f.gamma}) EXPECT_NEAR(angle, 60.0, 1e-9);
  const CellParameters b = cell_parameters(niggli_reduced(change * bcc));
  for (const double angle : {b.alpha, b.beta, b.gamma}) EXPECT_NEAR(angle, std::acos(-1.0 / 3.0) * 180.0 / M_PI, 1e-9);
}

TEST(LatticeReduction, LllKeepsTheLattice) {
  std::mt19937 random(2);
  Mat3 cell;
  cell << 3.0, 0.1, 0.0, 0.2, 4.0, 0.3, -0.1, 0.4, 5.0;
  for (int trial = 0; trial < 100; ++trial) {
    const Mat3 reduced = lll_reduced(random_basis_change(random) * random_basis_change(random) * cell);
    expect_same_lattice(cell, reduced);
    EXPECT_LE(reduced.rowwise().norm().maxCoeff(), 2.0 * 5.1);
  }
}

TEST(ReducedCell, UndoesNoisySupercells) {
  std::mt19937 random(6);
  std::normal_distribution<double> noise(0.0, 0.02);
  // Not {1, 4, 1}: of four cells in a row with noise the definition finds no half, in pymatgen neither.
  const std::array<std::int64_t, 3> shapes[] = {{2, 2, 2}, {3, 1, 1}};
  for (const auto& shape : shapes) {
    const Structure cell = random_crystal(random, {1, 2, 2});
    Structure large = supercell(cell, shape);
    for (Vec3& r : large.position) r += Vec3(noise(random), noise(random), noise(random));
    const ReducedCell reduced = reduced_cell(large);
    EXPECT_EQ(reduced.size(), 5);
    EXPECT_NEAR(reduced.volume(), cell.volume(), 1e-9);
    EXPECT_EQ(reduced_cell(large, false).size(), static_cast<int>(large.size()));
  }
}

TEST(ReducedCell, LeavesPrimitiveCellsAlone) {
  std::mt19937 random(7);
  const Structure cell = random_crystal(random, {4, 2, 2});
  const ReducedCell reduced = reduced_cell(cell);
  EXPECT_EQ(reduced.size(), 8);
  ASSERT_EQ(reduced.groups.size(), 3u);
  EXPECT_EQ(reduced.find("Na")->count, 4);
  EXPECT_EQ(reduced.find("Xe"), nullptr);
  for (const auto& values : reduced.coordinate)
    for (const double s : values) EXPECT_TRUE(s >= 0.0 && s < 1.0);
}

TEST(ReducedCell, RefusesFlatCells) {
  Structure flat = crystal(Mat3::Identity(), {{"Na", {0, 0, 0}}});
  flat.cell(2, 2) = 0.0;
  EXPECT_THROW(reduced_cell(flat), InputError);
}

}  // namespace
