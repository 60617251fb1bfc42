#include "properties/birch_murnaghan.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace spinel {

double EquationOfState::energy_at(double v) const {
  const double x = std::pow(volume / v, 2.0 / 3.0), strain = x - 1.0;
  return energy + 9.0 / 16.0 * volume * bulk_modulus *
                      (strain * strain * strain * bulk_modulus_pressure + strain * strain * (6.0 - 4.0 * x));
}

EquationOfState fit_birch_murnaghan(const std::vector<double>& volume, const std::vector<double>& energy) {
  if (volume.size() < 4 || volume.size() != energy.size())
    fail("an equation of state needs four volumes or more, not {}", volume.size());
  const auto n = static_cast<Eigen::Index>(volume.size());
  const auto [least, largest] = std::minmax_element(volume.begin(), volume.end());
  const double middle = 0.5 * (*least + *largest), lowest = *std::min_element(energy.begin(), energy.end());
  // x = (V/middle)^(−2/3) − 1 and E − lowest keep the powers and the energies of one size.
  Eigen::MatrixXd powers(n, 4);
  Eigen::VectorXd right(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const double x = std::pow(volume[static_cast<std::size_t>(i)] / middle, -2.0 / 3.0) - 1.0;
    for (Eigen::Index k = 0; k < 4; ++k) powers(i, k) = std::pow(x, k);
    right[i] = energy[static_cast<std::size_t>(i)] - lowest;
  }
  const Eigen::Vector4d a = powers.colPivHouseholderQr().solve(right);
  // dE/dx = a₁ + 2a₂x + 3a₃x² = 0 where d²E/dx² > 0.
  const double root = a[2] * a[2] - 3.0 * a[1] * a[3];
  const double x = root >= 0.0 ? -a[1] / (a[2] + std::sqrt(root)) : std::nan("");
  EquationOfState e;
  e.volume = middle * std::pow(1.0 + x, -1.5);
  if (!(e.volume >= *least && e.volume <= *largest) || !(a[2] + 3.0 * a[3] * x > 0.0))
    fail("the energies have no minimum between {:.6g} and {:.6g} Å³", *least, *largest);
  e.energy = lowest + a[0] + x * (a[1] + x * (a[2] + x * a[3]));
  // With y = V/middle: x' = −2/3 y^(−5/3), x'' = 10/9 y^(−8/3); at the minimum E_VV = E_xx x'² and E_VVV = E_xxx x'³ +
  // 3 E_xx x' x''.
  const double y = e.volume / middle, x1 = -2.0 / 3.0 * std::pow(y, -5.0 / 3.0) / middle,
               x2 = 10.0 / 9.0 * std::pow(y, -8.0 / 3.0) / (middle * middle);
  const double curvature = 2.0 * a[2] + 6.0 * a[3] * x, second = curvature * x1 * x1,
               third = 6.0 * a[3] * x1 * x1 * x1 + 3.0 * curvature * x1 * x2;
  e.bulk_modulus = e.volume * second;
  e.bulk_modulus_pressure = -1.0 - e.volume * third / second;
  e.rms = std::sqrt((powers * a - right).squaredNorm() / static_cast<double>(n));
  return e;
}

}  // namespace spinel
