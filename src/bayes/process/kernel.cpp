#include "bayes/process/kernel.hpp"

#include <cmath>

#include "core/error.hpp"

namespace spinel {

KernelKind kernel_kind(const std::string& name) {
  if (name == "matern52") return KernelKind::matern52;
  if (name == "matern32") return KernelKind::matern32;
  if (name == "rbf") return KernelKind::rbf;
  fail("'{}' is no kernel of a Gaussian process", name);
}

double kernel_value(KernelKind kind, double r2) {
  switch (kind) {
    case KernelKind::matern52: {
      const double s = std::sqrt(5.0 * r2);
      return (1.0 + s + s * s / 3.0) * std::exp(-s);
    }
    case KernelKind::matern32: {
      const double s = std::sqrt(3.0 * r2);
      return (1.0 + s) * std::exp(-s);
    }
    case KernelKind::rbf:
      break;
  }
  return std::exp(-0.5 * r2);
}

double kernel_slope(KernelKind kind, double r2) {
  switch (kind) {
    case KernelKind::matern52: {
      const double s = std::sqrt(5.0 * r2);
      return 5.0 / 3.0 * (1.0 + s) * std::exp(-s);
    }
    case KernelKind::matern32:
      return 3.0 * std::exp(-std::sqrt(3.0 * r2));
    case KernelKind::rbf:
      break;
  }
  return std::exp(-0.5 * r2);
}

Eigen::MatrixXd squared_distances(const Eigen::VectorXd& length, const Points& a, const Points& b) {
  // |a|² + |b|² − 2 a·b about the middle of b, so that little is lost where all lie far from 0.
  const Eigen::RowVectorXd middle = b.colwise().mean();
  const Eigen::RowVectorXd inverse = length.cwiseInverse().transpose();
  const Points u = ((a.rowwise() - middle).array().rowwise() * inverse.array()).matrix();
  const Points v = ((b.rowwise() - middle).array().rowwise() * inverse.array()).matrix();
  Eigen::MatrixXd r2 = -2.0 * (u * v.transpose());
  r2.colwise() += u.rowwise().squaredNorm();
  r2.rowwise() += v.rowwise().squaredNorm().transpose();
  return r2.cwiseMax(0.0);
}

Eigen::MatrixXd covariance(const Hyperparameters& h, const Points& a, const Points& b) {
  Eigen::MatrixXd k = squared_distances(h.length, a, b);
  const KernelKind kind = h.kernel;
  const double variance = h.variance;
  return k.unaryExpr([=](double r2) { return variance * kernel_value(kind, r2); });
}

}  // namespace spinel
