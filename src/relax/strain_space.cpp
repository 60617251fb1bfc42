#include "relax/strain_space.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>

namespace spinel {

namespace {

using Vec6 = Eigen::Matrix<double, 6, 1>;
using Mat6 = Eigen::Matrix<double, 6, 6>;

// A symmetric tensor as a vector with the same inner product.
Vec6 to_vector(const Mat3& t) {
  const double root = std::sqrt(2.0);
  Vec6 v;
  v << t(0, 0), t(1, 1), t(2, 2), root * t(1, 2), root * t(0, 2), root * t(0, 1);
  return v;
}

Mat3 to_tensor(const Vec6& v) {
  const double half = std::sqrt(0.5);
  Mat3 t;
  t << v[0], half * v[5], half * v[4], half * v[5], v[1], half * v[3], half * v[4], half * v[3], v[2];
  return t;
}

// ε → map · ε · mapᵀ on those vectors.
Mat6 congruence(const Mat3& map) {
  Mat6 result;
  for (int k = 0; k < 6; ++k) result.col(k) = to_vector(map * to_tensor(Vec6::Unit(k)) * map.transpose());
  return result;
}

// Projector onto the directions that may be strained: within the span of the periodic vectors, away from fixed axes.
Mat3 free_directions(const std::array<bool, 3>& fixed_axes, const Mat3& cell, const std::array<bool, 3>& periodic) {
  Mat3 forbidden = Mat3::Zero();
  for (int k = 0; k < 3; ++k)
    if (fixed_axes[static_cast<std::size_t>(k)]) forbidden(k, k) = 1.0;
  Mat3 spanned = Mat3::Zero();
  for (int k = 0; k < 3; ++k)
    if (periodic[static_cast<std::size_t>(k)]) {
      const Vec3 unit = cell.row(k).transpose().normalized();
      spanned += unit * unit.transpose();
    }
  const Eigen::SelfAdjointEigenSolver<Mat3> span(spanned);
  for (int k = 0; k < 3; ++k)
    if (span.eigenvalues()[k] < 1e-9) forbidden += span.eigenvectors().col(k) * span.eigenvectors().col(k).transpose();
  const Eigen::SelfAdjointEigenSolver<Mat3> solver(forbidden);
  Mat3 result = Mat3::Zero();
  for (int k = 0; k < 3; ++k)
    if (solver.eigenvalues()[k] < 1e-9)
      result += solver.eigenvectors().col(k) * solver.eigenvectors().col(k).transpose();
  return result;
}

// Adds what of v is new to an orthonormal set.
void add_direction(std::vector<Vec6>& set, Vec6 v) {
  for (int pass = 0; pass < 2; ++pass)
    for (const Vec6& unit : set) v -= unit.dot(v) * unit;
  if (v.norm() > 1e-6) set.push_back(v.normalized());
}

// Adds the row space of a constraint C ε = 0.
void forbid(std::vector<Vec6>& set, const Mat6& c) {
  for (int k = 0; k < 6; ++k) add_direction(set, c.row(k).transpose());
}

}  // namespace

StrainSpace::StrainSpace(CellFreedom freedom, const std::array<bool, 3>& fixed_axes, const Mat3& cell,
                         const std::array<bool, 3>& periodic, const std::vector<Mat3>& rotations) {
  if (freedom == CellFreedom::fixed) return;
  const Mat3 directions = free_directions(fixed_axes, cell, periodic);
  if (directions.trace() < 0.5) return;
  const Mat6 unit = Mat6::Identity();
  std::vector<Vec6> set;
  forbid(set, congruence(directions) - unit);
  if (freedom == CellFreedom::isotropic) {
    const Vec6 only = to_vector(directions).normalized();
    forbid(set, unit - only * only.transpose());
  }
  if (freedom == CellFreedom::fixed_volume) add_direction(set, to_vector(Mat3::Identity()));
  for (const Mat3& rotation : rotations) forbid(set, congruence(rotation) - unit);
  const std::size_t n_forbidden = set.size();
  for (int k = 0; k < 6; ++k) add_direction(set, Vec6::Unit(k));
  for (std::size_t k = n_forbidden; k < set.size(); ++k) basis_.push_back(to_tensor(set[k]));
}

Mat3 StrainSpace::strain(const double* coordinates) const {
  Mat3 result = Mat3::Zero();
  for (std::size_t k = 0; k < basis_.size(); ++k) result += coordinates[k] * basis_[k];
  return result;
}

void StrainSpace::coordinates(const Mat3& tensor, double* out) const {
  for (std::size_t k = 0; k < basis_.size(); ++k) out[k] = basis_[k].cwiseProduct(tensor).sum();
}

Mat3 StrainSpace::project(const Mat3& tensor) const {
  Mat3 result = Mat3::Zero();
  for (const Mat3& b : basis_) result += b.cwiseProduct(tensor).sum() * b;
  return result;
}

SymmetricExponential::SymmetricExponential(const Mat3& strain) {
  if (strain.isZero(0.0)) {
    // Without strain positions pass through unchanged, to the last bit.
    eigenvalues_.setZero();
    eigenvectors_ = value_ = inverse_ = Mat3::Identity();
    return;
  }
  const Eigen::SelfAdjointEigenSolver<Mat3> solver(strain);
  eigenvalues_ = solver.eigenvalues();
  eigenvectors_ = solver.eigenvectors();
  const Vec3 stretch = eigenvalues_.array().exp();
  value_ = eigenvectors_ * stretch.asDiagonal() * eigenvectors_.transpose();
  inverse_ = eigenvectors_ * stretch.cwiseInverse().asDiagonal() * eigenvectors_.transpose();
}

Mat3 SymmetricExponential::gradient(const Mat3& s) const {
  const Mat3 by_value = 0.5 * (s * inverse_ + inverse_ * s);
  Mat3 rotated = eigenvectors_.transpose() * by_value * eigenvectors_;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      const double gap = eigenvalues_[i] - eigenvalues_[j];
      const double mean = std::exp(0.5 * (eigenvalues_[i] + eigenvalues_[j]));
      // (e^a − e^b)/(a − b) = e^((a+b)/2) · sinh(gap/2)/(gap/2)
      rotated(i, j) *=
          std::abs(gap) < 1e-4 ? mean * (1.0 + gap * gap / 24.0) : mean * std::sinh(0.5 * gap) / (0.5 * gap);
    }
  return eigenvectors_ * rotated * eigenvectors_.transpose();
}

}  // namespace spinel
