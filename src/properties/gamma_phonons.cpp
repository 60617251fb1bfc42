#include "properties/gamma_phonons.hpp"

#include <Eigen/Dense>
#include <cmath>

namespace spinel {

std::vector<double> gamma_frequencies(const std::function<std::vector<Vec3>(const std::vector<Vec3>& position)>& forces,
                                      const std::vector<Vec3>& position, const std::vector<double>& mass,
                                      double displacement) {
  const auto n = static_cast<Eigen::Index>(position.size());
  Eigen::MatrixXd dynamical(3 * n, 3 * n);
  for (Eigen::Index i = 0; i < 3 * n; ++i) {
    const auto displaced = [&](double by) {
      auto x = position;
      x[static_cast<std::size_t>(i / 3)][i % 3] += by;
      return forces(x);
    };
    const auto up = displaced(displacement), down = displaced(-displacement);
    for (Eigen::Index j = 0; j < 3 * n; ++j) {
      const auto a = static_cast<std::size_t>(i / 3), b = static_cast<std::size_t>(j / 3);
      dynamical(i, j) = -(up[b][j % 3] - down[b][j % 3]) / (2.0 * displacement) / std::sqrt(mass[a] * mass[b]);
    }
  }
  dynamical = (0.5 * (dynamical + dynamical.transpose())).eval();
  const Eigen::VectorXd square =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(dynamical, Eigen::EigenvaluesOnly).eigenvalues();
  // √(eV/(Å² amu)) in 2π THz: eV = 1.602176634e-19 J, amu = 1.66053906660e-27 kg.
  const double unit = std::sqrt(1.602176634e-19 / 1.66053906660e-27) * 1e10 * 1e-12 / (2.0 * std::acos(-1.0));
  std::vector<double> frequencies;
  for (Eigen::Index k = 0; k < 3 * n; ++k)
    frequencies.push_back(std::copysign(std::sqrt(std::abs(square[k])), square[k]) * unit);
  return frequencies;
}

}  // namespace spinel
