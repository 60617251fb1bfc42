#include "bayes/process/feature_map.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.hpp"

namespace spinel {

FeatureMap::FeatureMap(const Points& features, std::int64_t n_components) {
  if (features.rows() == 0 || !features.allFinite()) fail("features must be there and finite");
  mean_ = features.colwise().mean();
  const Points centered = features.rowwise() - mean_;
  const Eigen::VectorXd sigma = centered.cwiseAbs2().colwise().mean().cwiseSqrt().transpose();
  std::vector<std::int64_t> kept;
  for (std::int64_t j = 0; j < sigma.size(); ++j)
    if (sigma[j] > 1e-9 * std::max(1.0, std::abs(mean_[j]))) kept.push_back(j);
  if (kept.empty()) fail("all candidates have the same features");
  const auto n_kept = static_cast<std::int64_t>(kept.size());
  Eigen::MatrixXd scaled = Eigen::MatrixXd::Zero(sigma.size(), n_kept);  // columns that are left, standardized
  for (std::int64_t k = 0; k < n_kept; ++k) {
    const std::int64_t j = kept[static_cast<std::size_t>(k)];
    scaled(j, k) = 1.0 / sigma[j];
  }
  matrix_ = scaled;
  if (n_components == 0) return;
  const Eigen::MatrixXd z = centered * scaled;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(z.transpose() * z / static_cast<double>(z.rows()));
  const double least = 1e-8 * solver.eigenvalues().maxCoeff();
  std::int64_t n = 0;
  while (n < std::min(n_components, n_kept) && solver.eigenvalues()[n_kept - 1 - n] > least) ++n;
  matrix_.resize(sigma.size(), n);
  for (std::int64_t k = 0; k < n; ++k) {
    const Eigen::VectorXd v = solver.eigenvectors().col(n_kept - 1 - k);
    std::int64_t largest = 0;
    v.cwiseAbs().maxCoeff(&largest);
    const double sign = v[largest] < 0.0 ? -1.0 : 1.0;
    matrix_.col(k) = scaled * v * (sign / std::sqrt(solver.eigenvalues()[n_kept - 1 - k]));
  }
}

Points FeatureMap::operator()(const Points& features) const { return (features.rowwise() - mean_) * matrix_; }

Eigen::VectorXd FeatureMap::ranges() const { return Eigen::VectorXd::Constant(n_numbers(), std::sqrt(12.0)); }

}  // namespace spinel
