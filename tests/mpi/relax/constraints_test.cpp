#include "crystal/symmetry.hpp"
#include "relax_support.hpp"

namespace spinel {
namespace {

using namespace testing_support;

Structure rattled_strained() {
  Mat3 strain;
  strain << 0.02, 0.01, 0.005, 0.01, -0.03, 0.01, 0.005, 0.01, 0.015;
  Structure s = strained(fcc(2, 1.55), strain);
  rattle(s, 0.04, 9);
  return s;
}

TEST(Constraints, FixedAtomsStayWhereTheyAre) {
  Structure start = rattled_strained();
  start.fixed.assign(start.size(), 0);
  start.fixed[0] = 7;
  start.fixed[11] = 7;
  start.fixed[20] = 2;
  for (const std::string minimizer : {"lbfgs", "cg", "fire"}) {
    const Relaxed end = relaxed(start, tight(minimizer));
    EXPECT_EQ(end.result.status, RelaxationStatus::converged) << end.result.reason;
    if (end.structure.size() == 0) continue;
    for (int k = 0; k < 3; ++k) {
      EXPECT_NEAR(end.structure.position[0][k], start.position[0][k], 1e-14);
      EXPECT_NEAR(end.structure.position[11][k], start.position[11][k], 1e-14);
    }
    EXPECT_NEAR(end.structure.position[20][1], start.position[20][1], 1e-14);
    EXPECT_GT(std::abs(end.structure.position[20][0] - start.position[20][0]), 1e-3);
    for (std::size_t i = 0; i < start.size(); ++i)
      for (int k = 0; k < 3; ++k)
        if (((start.fixed[i] >> k) & 1U) == 0) {
          EXPECT_LT(std::abs(end.structure.force[i][k]), 1e-6);
        }
  }
}

TEST(Constraints, FixedAtomsKeepTheirFractionalPlaceInACellThatMoves) {
  Structure start = rattled_strained();
  start.fixed.assign(start.size(), 0);
  start.fixed[5] = 7;
  const Relaxed end = relaxed(start, tight("lbfgs", CellFreedom::full));
  EXPECT_EQ(end.result.status, RelaxationStatus::converged) << end.result.reason;
  if (end.structure.size() == 0) return;
  const Vec3 before = start.cell.inverse().transpose() * start.position[5],
             after = end.structure.cell.inverse().transpose() * end.structure.position[5];
  EXPECT_LT((before - after).norm(), 1e-13);
}

TEST(Constraints, FixedAxesAreNotStrained) {
  const Structure start = rattled_strained();
  RelaxationSettings settings = tight("lbfgs", CellFreedom::full);
  settings.fixed_axes = {false, true, false};
  const Relaxed end = relaxed(start, settings);
  EXPECT_EQ(end.result.status, RelaxationStatus::converged) << end.result.reason;
  const Mat3 deformation = (start.cell.inverse() * end.structure.cell).transpose();
  EXPECT_LT((deformation.row(1).transpose() - Vec3::UnitY()).norm(), 1e-13);
  EXPECT_LT((deformation.col(1) - Vec3::UnitY()).norm(), 1e-13);
  EXPECT_GT(std::abs(deformation(0, 2)), 1e-4);
  for (const std::size_t k : {0, 2, 4}) EXPECT_LT(std::abs(end.result.stress[k]), 1e-6);
  EXPECT_GT(std::abs(end.result.stress[1]), 0.1);
}

TEST(Constraints, IsotropicKeepsTheShape) {
  const Structure start = rattled_strained();
  const Relaxed end = relaxed(start, tight("lbfgs", CellFreedom::isotropic));
  EXPECT_EQ(end.result.status, RelaxationStatus::converged) << end.result.reason;
  const double scale = end.structure.cell(0, 0) / start.cell(0, 0);
  EXPECT_LT((end.structure.cell - scale * start.cell).norm(), 1e-12);
  EXPECT_LT(std::abs(end.result.stress[0] + end.result.stress[1] + end.result.stress[2]), 1e-6);
  EXPECT_GT(std::abs(end.result.stress[0] - end.result.stress[1]), 0.1);
}

TEST(Constraints, FixedVolumeChangesTheShapeAlone) {
  const Structure start = rattled_strained();
  for (const std::string minimizer : {"lbfgs", "fire"}) {
    const Relaxed end = relaxed(start, tight(minimizer, CellFreedom::fixed_volume));
    EXPECT_EQ(end.result.status, RelaxationStatus::converged) << end.result.reason;
    EXPECT_NEAR(end.structure.cell.determinant(), start.cell.determinant(), 1e-11);
    // The stress left is a pressure.
    EXPECT_NEAR(end.result.stress[0], end.result.stress[1], 1e-6);
    EXPECT_NEAR(end.result.stress[0], end.result.stress[2], 1e-6);
    EXPECT_GT((end.structure.cell - start.cell).norm(), 0.01);
  }
}

TEST(Constraints, SlabsAreStrainedInTheirPlaneAlone) {
  Structure start = fcc(2, 1.55);
  start.periodic = {true, true, false};
  start.cell(2, 2) += 4.0;
  rattle(start, 0.03, 2);
  const Relaxed end = relaxed(start, tight("lbfgs", CellFreedom::full));
  EXPECT_EQ(end.result.status, RelaxationStatus::converged) << end.result.reason;
  EXPECT_EQ(end.structure.cell(2, 2), start.cell(2, 2));
  for (const std::size_t k : {0, 1, 5}) EXPECT_LT(std::abs(end.result.stress[k]), 1e-6);
}

// Tetragonal, 8 atoms, each with a free parameter along c, and cell and coordinates far from the minimum.
Structure tetragonal() {
  Structure s;
  s.cell = Vec3(1.6, 1.6, 2.4).asDiagonal();
  s.species = {{"Ar", 18, 39.95}};
  for (const Vec3& f : {Vec3(0, 0, 0.20), Vec3(0, 0, 0.80), Vec3(0.5, 0.5, 0.30), Vec3(0.5, 0.5, 0.70),
                        Vec3(0.5, 0.0, 0.05), Vec3(0.0, 0.5, 0.05), Vec3(0.5, 0.0, 0.55), Vec3(0.0, 0.5, 0.55)})
    s.position.push_back(s.cell.transpose() * f);
  s.type.assign(s.size(), 0);
  return s;
}

std::vector<SymmetryAction> actions(const Structure& structure, double tolerance) {
  std::vector<SymmetryAction> result;
  for (const AtomSymmetry& one : atom_symmetries(structure, tolerance))
    result.push_back({one.rotation, one.translation, one.image});
  return result;
}

TEST(Constraints, TheSpaceGroupIsKept) {
  const Structure ideal = tetragonal();
  const SymmetryInfo before = symmetry(ideal, 1e-5);
  ASSERT_GT(before.number, 75);
  Structure start = ideal;
  rattle(start, 1e-3, 8);
  ASSERT_EQ(symmetry(start, 1e-5).number, 1);
  for (const CellFreedom freedom : {CellFreedom::fixed, CellFreedom::full})
    for (const std::string minimizer : {"lbfgs", "cg", "fire"}) {
      SCOPED_TRACE(minimizer);
      RelaxationSettings settings = tight(minimizer, freedom);
      settings.symmetry = actions(start, 0.02);
      ASSERT_GE(settings.symmetry.size(), 8U);
      const Relaxed end = relaxed(start, settings);
      EXPECT_EQ(end.result.status, RelaxationStatus::converged) << end.result.reason;
      if (end.structure.size() == 0) continue;
      // The minimum may have more symmetry, as here, but not less: every operation holds, to rounding.
      EXPECT_GE(symmetry(end.structure, 1e-5).number, before.number);
      const Mat3 to_fractional = end.structure.cell.inverse().transpose();
      for (const SymmetryAction& one : settings.symmetry) {
        const Mat3 rotation = end.structure.cell.transpose() * one.rotation * to_fractional;
        if (freedom == CellFreedom::full) {
          EXPECT_LT((rotation * rotation.transpose() - Mat3::Identity()).norm(), 1e-12);
        }
        for (std::size_t i = 0; i < start.size(); ++i) {
          Vec3 off = one.rotation * to_fractional * end.structure.position[i] + one.translation -
                     to_fractional * end.structure.position[static_cast<std::size_t>(one.image[i])];
          for (int k = 0; k < 3; ++k) off[k] -= std::round(off[k]);
          EXPECT_LT(off.norm(), 1e-12);
        }
      }
      double moved = 0.0;
      for (std::size_t i = 0; i < start.size(); ++i)
        moved = std::max(moved, (end.structure.position[i] - start.position[i]).norm());
      EXPECT_GT(moved, 0.02);
    }
}

TEST(Constraints, SymmetryThatFixedAtomsBreakIsNotImposed) {
  Structure start = tetragonal();
  start.fixed.assign(start.size(), 0);
  start.fixed[0] = 7;
  RelaxationSettings settings = tight("lbfgs");
  settings.symmetry = actions(start, 1e-3);
  const Relaxed end = relaxed(start, settings);
  EXPECT_EQ(end.result.status, RelaxationStatus::converged) << end.result.reason;
  if (end.structure.size() == 0) return;
  EXPECT_LT((end.structure.position[0] - start.position[0]).norm(), 1e-14);
}

}  // namespace
}  // namespace spinel
