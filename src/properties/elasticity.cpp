#include "properties/elasticity.hpp"

namespace spinel {

Mat3 voigt_strain(std::size_t component, double amount) {
  constexpr std::array<std::array<Eigen::Index, 2>, 6> axes = {{{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}}};
  const auto [i, j] = axes[component];
  Mat3 strain = Mat3::Zero();
  strain(i, j) += 0.5 * amount;
  strain(j, i) += 0.5 * amount;
  return strain;
}

ElasticConstants elastic_constants(const std::function<std::array<double, 6>(const Mat3& strain)>& stress,
                                   double amount) {
  ElasticConstants c;
  for (std::size_t j = 0; j < 6; ++j) {
    const auto up = stress(voigt_strain(j, amount)), down = stress(voigt_strain(j, -amount));
    for (std::size_t i = 0; i < 6; ++i)
      c(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = (up[i] - down[i]) / (2.0 * amount);
  }
  return c;
}

PolycrystalModuli polycrystal_moduli(const ElasticConstants& constants) {
  const ElasticConstants c = 0.5 * (constants + constants.transpose()), s = c.inverse();
  const auto sums = [](const ElasticConstants& m) {
    return std::array{m(0, 0) + m(1, 1) + m(2, 2), m(0, 1) + m(0, 2) + m(1, 2), m(3, 3) + m(4, 4) + m(5, 5)};
  };
  const auto [c1, c2, c3] = sums(c);
  const auto [s1, s2, s3] = sums(s);
  PolycrystalModuli m{};
  m.bulk_voigt = (c1 + 2.0 * c2) / 9.0;
  m.shear_voigt = (c1 - c2 + 3.0 * c3) / 15.0;
  m.bulk_reuss = 1.0 / (s1 + 2.0 * s2);
  m.shear_reuss = 15.0 / (4.0 * (s1 - s2) + 3.0 * s3);
  m.bulk_hill = 0.5 * (m.bulk_voigt + m.bulk_reuss);
  m.shear_hill = 0.5 * (m.shear_voigt + m.shear_reuss);
  m.is_stable =
      Eigen::SelfAdjointEigenSolver<ElasticConstants>(c, Eigen::EigenvaluesOnly).eigenvalues().minCoeff() > 0.0;
  return m;
}

}  // namespace spinel
