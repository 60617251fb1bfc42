#include "relax/strain_space.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <unsupported/Eigen/MatrixFunctions>

namespace spinel {
namespace {

const Mat3 triclinic = (Mat3() << 4.0, 0.3, -0.2, 1.1, 5.0, 0.4, -0.7, 0.9, 6.0).finished();
const std::array<bool, 3> none = {false, false, false}, all = {true, true, true};

StrainSpace space(CellFreedom freedom, const std::array<bool, 3>& fixed_axes = none,
                  const std::array<bool, 3>& periodic = all, const std::vector<Mat3>& rotations = {}) {
  return StrainSpace(freedom, fixed_axes, triclinic, periodic, rotations);
}

TEST(StrainSpace, HasAsManyStrainsAsTheFreedomLeaves) {
  EXPECT_EQ(space(CellFreedom::fixed).size(), 0U);
  EXPECT_EQ(space(CellFreedom::full).size(), 6U);
  EXPECT_EQ(space(CellFreedom::isotropic).size(), 1U);
  EXPECT_EQ(space(CellFreedom::fixed_volume).size(), 5U);
  EXPECT_EQ(space(CellFreedom::full, {false, false, true}).size(), 3U);
  EXPECT_EQ(space(CellFreedom::fixed_volume, {false, false, true}).size(), 2U);
  EXPECT_EQ(space(CellFreedom::full, {true, false, true}).size(), 1U);
  EXPECT_EQ(space(CellFreedom::full, all).size(), 0U);
  EXPECT_EQ(space(CellFreedom::full, none, {true, true, false}).size(), 3U);
  EXPECT_EQ(space(CellFreedom::full, none, none).size(), 0U);
  const Mat3 fourfold = (Mat3() << 0, -1, 0, 1, 0, 0, 0, 0, 1).finished();
  const Mat3 threefold = (Mat3() << 0, 0, 1, 1, 0, 0, 0, 1, 0).finished();
  const Mat3 inversion = -Mat3::Identity();
  EXPECT_EQ(space(CellFreedom::full, none, all, {inversion}).size(), 6U);
  EXPECT_EQ(space(CellFreedom::full, none, all, {fourfold}).size(), 2U);
  EXPECT_EQ(space(CellFreedom::full, none, all, {threefold}).size(), 2U);
  EXPECT_EQ(space(CellFreedom::full, none, all, {threefold, fourfold}).size(), 1U);
  EXPECT_EQ(space(CellFreedom::fixed_volume, none, all, {threefold, fourfold}).size(), 0U);
}

TEST(StrainSpace, StrainsKeepWhatMustStay) {
  for (const CellFreedom freedom : {CellFreedom::full, CellFreedom::isotropic, CellFreedom::fixed_volume})
    for (const std::array<bool, 3>& fixed : {none, {false, true, false}, {true, false, true}}) {
      const StrainSpace one = space(freedom, fixed);
      for (std::size_t k = 0; k < one.size(); ++k) {
        std::vector<double> y(one.size(), 0.0);
        y[k] = 1.0;
        const Mat3 strain = one.strain(y.data());
        EXPECT_NEAR(strain.norm(), 1.0, 1e-14);
        EXPECT_NEAR((strain - strain.transpose()).norm(), 0.0, 1e-15);
        EXPECT_NEAR((one.project(strain) - strain).norm(), 0.0, 1e-14);
        for (int axis = 0; axis < 3; ++axis)
          if (fixed[static_cast<std::size_t>(axis)]) {
            EXPECT_NEAR(strain.row(axis).norm(), 0.0, 1e-14);
          }
        if (freedom == CellFreedom::fixed_volume) {
          EXPECT_NEAR(strain.trace(), 0.0, 1e-14);
        }
      }
    }
  // A slab is strained within its plane alone.
  const StrainSpace slab = space(CellFreedom::full, none, {true, true, false});
  const Vec3 a = triclinic.row(0), b = triclinic.row(1);
  const double y[3] = {0.3, -0.2, 0.5};
  EXPECT_NEAR((slab.strain(y) * a.cross(b).normalized()).norm(), 0.0, 1e-14);
}

TEST(SymmetricExponential, EqualsThePowerSeriesAndItsDerivative) {
  Mat3 distinct, degenerate = 0.2 * Mat3::Identity();
  distinct << 0.21, 0.05, -0.11, 0.05, -0.13, 0.07, -0.11, 0.07, 0.02;
  degenerate(2, 2) = -0.1;
  Mat3 s;
  s << 1.3, 0.4, -0.6, 0.4, -2.1, 0.9, -0.6, 0.9, 0.7;
  const std::vector<Mat3> strains = {distinct, degenerate, Mat3::Zero(), 1e-5 * distinct};
  for (const Mat3& strain : strains) {
    const SymmetricExponential f(strain);
    EXPECT_NEAR((f.value() - Mat3(strain.exp())).norm(), 0.0, 1e-14);
    const Mat3 gradient = f.gradient(s);
    EXPECT_NEAR((gradient - gradient.transpose()).norm(), 0.0, 1e-14);
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j <= i; ++j) {
        Mat3 direction = Mat3::Zero();
        direction(i, j) += 0.5;
        direction(j, i) += 0.5;
        const double h = 1e-5;
        const Mat3 change = (Mat3((strain + h * direction).exp()) - Mat3((strain - h * direction).exp())) / (2.0 * h);
        EXPECT_NEAR(gradient.cwiseProduct(direction).sum(), s.cwiseProduct(change * f.value().inverse()).sum(), 1e-8);
      }
  }
}

}  // namespace
}  // namespace spinel
