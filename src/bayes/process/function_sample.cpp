#include "bayes/process/function_sample.hpp"

#include <cmath>

#include "core/random.hpp"

namespace spinel {

namespace {

constexpr std::int64_t block = 1024;  // points that are worked on at once

}  // namespace

FunctionSample::FunctionSample(const GaussianProcess& process, std::uint64_t seed, std::uint64_t number, int n_features)
    : process_(process), frequency_(n_features, process.x().cols()), phase_(n_features), weight_(n_features) {
  const Hyperparameters& h = process.hyperparameters();
  const Random random(seed, RandomPurpose::random_features);
  const double degrees = h.kernel == KernelKind::matern52 ? 5.0 : 3.0;
  for (std::int64_t k = 0; k < n_features; ++k) {
    RandomSequence numbers(random, number, static_cast<std::uint64_t>(k));
    for (std::int64_t j = 0; j < frequency_.cols(); ++j) frequency_(k, j) = numbers.normal() / h.length[j];
    if (h.kernel != KernelKind::rbf) frequency_.row(k) *= std::sqrt(degrees / numbers.chi_squared(degrees));
    phase_[k] = 2.0 * M_PI * numbers.uniform();
    weight_[k] = std::sqrt(2.0 * h.variance / n_features) * numbers.normal();
  }
  RandomSequence noise(random, number, static_cast<std::uint64_t>(n_features));
  Eigen::VectorXd rest = process.y().array() - h.mean;
  rest -= prior(process.x());
  for (double& r : rest) r -= std::sqrt(h.noise) * noise.normal();
  correction_ = process.solve(rest);
}

Eigen::VectorXd FunctionSample::prior(const Points& at) const {
  Eigen::MatrixXd angle = at * frequency_.transpose();
  angle.rowwise() += phase_.transpose();
  return angle.array().cos().matrix() * weight_;
}

Eigen::VectorXd FunctionSample::operator()(const Points& at) const {
  Eigen::VectorXd result(at.rows());
  for (std::int64_t first = 0; first < at.rows(); first += block) {
    const std::int64_t n = std::min(block, at.rows() - first);
    const Points part = at.middleRows(first, n);
    result.segment(first, n) = prior(part) + covariance(process_.hyperparameters(), part, process_.x()) * correction_;
  }
  return result.array() + process_.hyperparameters().mean;
}

}  // namespace spinel
