#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "properties/birch_murnaghan.hpp"
#include "properties/elasticity.hpp"
#include "properties/gamma_phonons.hpp"

namespace spinel {
namespace {

TEST(BirchMurnaghan, FindsTheCurveItWasGiven) {
  EquationOfState given;
  given.energy = -43.37;
  given.volume = 163.5;
  given.bulk_modulus = 0.61;
  given.bulk_modulus_pressure = 4.3;
  // Its own formula against its definition: V d²E/dV² at the minimum, and dB/dP there.
  const double h = 1e-2 * given.volume;
  const auto energy = [&](double v) { return given.energy_at(v); };
  const auto second = [&](double v) { return (energy(v + h) - 2.0 * energy(v) + energy(v - h)) / (h * h); };
  EXPECT_NEAR(given.volume * second(given.volume), given.bulk_modulus, 2e-3);
  EXPECT_NEAR((energy(given.volume + h) - energy(given.volume - h)) / (2.0 * h), 0.0, 1e-3 * given.bulk_modulus);

  std::vector<double> volume, energies;
  for (int k = 0; k < 13; ++k) {
    volume.push_back(given.volume * (0.9 + 0.02 * k));
    energies.push_back(energy(volume.back()));
  }
  const EquationOfState found = fit_birch_murnaghan(volume, energies);
  EXPECT_NEAR(found.energy, given.energy, 1e-9);
  EXPECT_NEAR(found.volume, given.volume, 1e-6);
  EXPECT_NEAR(found.bulk_modulus, given.bulk_modulus, 1e-7);
  EXPECT_NEAR(found.bulk_modulus_pressure, given.bulk_modulus_pressure, 1e-5);
  EXPECT_LT(found.rms, 1e-9);
}

TEST(BirchMurnaghan, RefusesEnergiesWithoutAMinimum) {
  EXPECT_THROW(fit_birch_murnaghan({1.0, 2.0, 3.0}, {1.0, 0.0, 1.0}), Error);
  EXPECT_THROW(fit_birch_murnaghan({10.0, 11.0, 12.0, 13.0, 14.0}, {5.0, 4.0, 3.0, 2.0, 1.0}), Error);
  EXPECT_THROW(fit_birch_murnaghan({10.0, 11.0, 12.0, 13.0, 14.0}, {1.0, 1.9, 2.2, 1.9, 1.0}), Error);
}

TEST(Elasticity, FindsTheConstantsOfALinearSolidAndItsModuli) {
  ElasticConstants c = ElasticConstants::Zero();
  for (Eigen::Index i = 0; i < 3; ++i) {
    for (Eigen::Index j = 0; j < 3; ++j) c(i, j) = i == j ? 166.0 : 64.0;
    c(i + 3, i + 3) = 80.0;
  }
  c(0, 4) = c(4, 0) = 3.5;
  const auto stress = [&](const Mat3& strain) {
    Eigen::Matrix<double, 6, 1> voigt;
    voigt << strain(0, 0), strain(1, 1), strain(2, 2), 2.0 * strain(1, 2), 2.0 * strain(0, 2), 2.0 * strain(0, 1);
    const Eigen::Matrix<double, 6, 1> linear = c * voigt;
    std::array<double, 6> result{};
    // A stress at rest and an even term, which central differences do not see.
    for (Eigen::Index i = 0; i < 6; ++i)
      result[static_cast<std::size_t>(i)] = linear[i] + 0.7 + 40.0 * voigt.squaredNorm();
    return result;
  };
  EXPECT_LT((elastic_constants(stress, 0.005) - c).cwiseAbs().maxCoeff(), 1e-9);
  c(0, 4) = c(4, 0) = 0.0;
  const PolycrystalModuli m = polycrystal_moduli(c);
  EXPECT_NEAR(m.bulk_voigt, (166.0 + 2.0 * 64.0) / 3.0, 1e-10);
  EXPECT_NEAR(m.bulk_reuss, m.bulk_voigt, 1e-10);  // of a cubic crystal
  EXPECT_NEAR(m.shear_voigt, (166.0 - 64.0 + 3.0 * 80.0) / 5.0, 1e-10);
  EXPECT_NEAR(m.shear_reuss, 5.0 * 102.0 * 80.0 / (4.0 * 80.0 + 3.0 * 102.0), 1e-10);
  EXPECT_TRUE(m.is_stable);
  c(5, 5) = -1.0;
  EXPECT_FALSE(polycrystal_moduli(c).is_stable);
}

/// A ring of two masses and two springs: ω² = 0 and 2k(1/m + 1/M).
TEST(GammaPhonons, FindTheFrequenciesOfSprings) {
  const double k = 3.0, light = 12.0, heavy = 28.0;
  const std::vector<Vec3> rest = {Vec3(0.0, 0.0, 0.0), Vec3(1.0, 0.5, 0.2)};
  const auto forces = [&](const std::vector<Vec3>& x) {
    const Vec3 pull = 2.0 * k * ((x[1] - rest[1]) - (x[0] - rest[0]));
    return std::vector<Vec3>{pull, -pull};
  };
  const auto f = gamma_frequencies(forces, rest, {light, heavy}, 0.01);
  ASSERT_EQ(f.size(), 6u);
  // 15.633302 THz is √(eV/(Å² amu))/2π.
  const double expected = std::sqrt(2.0 * k * (1.0 / light + 1.0 / heavy)) * 15.633302;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(f[i], 0.0, 1e-5);
    EXPECT_NEAR(f[i + 3], expected, 1e-5 * expected);
  }
  const auto falling = [&](const std::vector<Vec3>& x) {
    auto result = forces(x);
    for (Vec3& one : result) one = -one;
    return result;
  };
  EXPECT_NEAR(gamma_frequencies(falling, rest, {light, heavy}, 0.01).front(), -expected, 1e-5 * expected);
}

}  // namespace
}  // namespace spinel
