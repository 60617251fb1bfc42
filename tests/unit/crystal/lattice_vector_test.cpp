#include "crystal/lattice_vector.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "crystal/lattice.hpp"
#include "support.hpp"

namespace spinel {
namespace {

TEST(LatticeVector, GivesTheCellBack) {
  for (const CellParameters& p : {CellParameters{4, 4, 4, 90, 90, 90}, CellParameters{3, 5, 8, 70, 85, 110},
                                  CellParameters{3, 3, 12, 90, 90, 120}, CellParameters{2, 30, 4, 60, 65, 88}}) {
    const Mat3 cell = cell_from_parameters(p);
    const CellParameters q = cell_parameters(cell_from_lattice_vector(lattice_vector(cell)));
    EXPECT_NEAR(q.a, p.a, 1e-9);
    EXPECT_NEAR(q.b, p.b, 1e-9);
    EXPECT_NEAR(q.c, p.c, 1e-9);
    EXPECT_NEAR(q.alpha, p.alpha, 1e-7);
    EXPECT_NEAR(q.beta, p.beta, 1e-7);
    EXPECT_NEAR(q.gamma, p.gamma, 1e-7);
    EXPECT_NEAR(std::sqrt(3.0) * lattice_vector(cell)[5], std::log(cell.determinant()), 1e-10);
  }
}

TEST(LatticeVector, KnowsNoOrientation) {
  const Mat3 cell = cell_from_parameters({3, 5, 8, 70, 85, 110});
  Mat3 turn;
  turn = Eigen::AngleAxisd(0.7, Vec3(1, 2, 3).normalized());
  const LatticeVector a = lattice_vector(cell), b = lattice_vector(cell * turn);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-12);
}

TEST(LatticeVector, ProjectionKeepsWhatIsOfTheFamilyAndMakesTheRestSo) {
  const auto parameters = [](const LatticeVector& k) { return cell_parameters(cell_from_lattice_vector(k)); };
  const LatticeVector any = {0.1, -0.2, 0.3, 0.2, -0.1, 2.5};
  const CellParameters cubic = parameters(projected(any, CrystalFamily::cubic));
  EXPECT_NEAR(cubic.a, cubic.c, 1e-12);
  EXPECT_NEAR(cubic.alpha, 90.0, 1e-9);
  const CellParameters hexagonal = parameters(projected(any, CrystalFamily::hexagonal));
  EXPECT_NEAR(hexagonal.a, hexagonal.b, 1e-12);
  EXPECT_NEAR(hexagonal.gamma, 120.0, 1e-9);
  EXPECT_NEAR(hexagonal.alpha, 90.0, 1e-9);
  const CellParameters tetragonal = parameters(projected(any, CrystalFamily::tetragonal));
  EXPECT_NEAR(tetragonal.a, tetragonal.b, 1e-12);
  EXPECT_NEAR(tetragonal.gamma, 90.0, 1e-9);
  EXPECT_GT(std::abs(tetragonal.a - tetragonal.c), 0.1);
  const CellParameters orthorhombic = parameters(projected(any, CrystalFamily::orthorhombic));
  EXPECT_NEAR(orthorhombic.beta, 90.0, 1e-9);
  EXPECT_GT(std::abs(orthorhombic.a - orthorhombic.b), 0.1);
  const CellParameters monoclinic = parameters(projected(any, CrystalFamily::monoclinic));
  EXPECT_NEAR(monoclinic.alpha, 90.0, 1e-9);
  EXPECT_NEAR(monoclinic.gamma, 90.0, 1e-9);
  EXPECT_GT(std::abs(monoclinic.beta - 90.0), 1.0);
  for (const CellParameters& p : {CellParameters{3, 3, 12, 90, 90, 120}}) {
    const LatticeVector k = lattice_vector(cell_from_parameters(p)), same = projected(k, CrystalFamily::hexagonal);
    for (std::size_t i = 0; i < k.size(); ++i) EXPECT_NEAR(k[i], same[i], 1e-12);
  }
}

TEST(LatticeVector, FamiliesOfSpaceGroups) {
  EXPECT_EQ(crystal_family(2), CrystalFamily::triclinic);
  EXPECT_EQ(crystal_family(15), CrystalFamily::monoclinic);
  EXPECT_EQ(crystal_family(62), CrystalFamily::orthorhombic);
  EXPECT_EQ(crystal_family(139), CrystalFamily::tetragonal);
  EXPECT_EQ(crystal_family(167), CrystalFamily::hexagonal);
  EXPECT_EQ(crystal_family(225), CrystalFamily::cubic);
  EXPECT_NE(testing::input_error([] { crystal_family(231); }), "");
}

TEST(LatticeVector, MetricOperations) {
  const auto count = [](const CellParameters& p) { return metric_operations(cell_from_parameters(p)).size(); };
  EXPECT_EQ(count({4, 4, 4, 90, 90, 90}), 48u);
  EXPECT_EQ(count({4, 4, 5, 90, 90, 90}), 16u);
  EXPECT_EQ(count({4, 5, 6, 90, 90, 90}), 8u);
  EXPECT_EQ(count({4, 4, 5, 90, 90, 120}), 24u);
  EXPECT_EQ(count({4, 5, 6, 90, 100, 90}), 4u);
  EXPECT_EQ(count({4, 5, 6, 80, 100, 95}), 2u);
  // A primitive cell of a face-centered lattice has all 48 as well.
  EXPECT_EQ(count({4, 4, 4, 60, 60, 60}), 48u);
}

}  // namespace
}  // namespace spinel
