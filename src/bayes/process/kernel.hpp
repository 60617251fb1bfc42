#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <string>

namespace spinel {

/// Points, one a row, as kernels take them: numbers of one scale, such as the unit cube's.
using Points = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

enum class KernelKind { matern52, matern32, rbf };
/// 'matern52', 'matern32', 'rbf'; Error for another.
KernelKind kernel_kind(const std::string& name);

/// What a Gaussian process is before it sees data: y(x) = f(x) + noise, f with a constant mean and the covariance
/// k(x, x') = variance · c(r), r² = Σ_j (x_j − x'_j)²/length_j²:
/// matern52: c = (1 + √5 r + 5r²/3) e^{−√5 r}; matern32: c = (1 + √3 r) e^{−√3 r}; rbf: c = e^{−r²/2}
/// (Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), chapter 4).
struct Hyperparameters {
  KernelKind kernel = KernelKind::matern52;
  Eigen::VectorXd length;  ///< [number of a point], in its unit
  double variance = 1.0;   ///< of f, in the unit of y squared
  double noise = 1e-4;     ///< variance of an observation about f
  double mean = 0.0;       ///< in the unit of y
};

/// r²(a_i, b_j) → [i, j].
Eigen::MatrixXd squared_distances(const Eigen::VectorXd& length, const Points& a, const Points& b);
/// k(a_i, b_j) → [i, j].
Eigen::MatrixXd covariance(const Hyperparameters& h, const Points& a, const Points& b);

/// c at r², and −2 ∂c/∂r²: ∂k/∂log length_j = variance · slope · (x_j − x'_j)²/length_j².
double kernel_value(KernelKind kind, double r2);
double kernel_slope(KernelKind kind, double r2);

}  // namespace spinel
