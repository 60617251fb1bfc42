#include "relax/symmetry_projection.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>

namespace spinel {

namespace {

Mat3 cartesian(const Mat3& rotation, const Mat3& cell) {
  return cell.transpose() * rotation * cell.transpose().inverse();
}

Mat3 free_components(std::uint8_t fixed) {
  Mat3 free = Mat3::Zero();
  for (int k = 0; k < 3; ++k) free(k, k) = ((fixed >> k) & 1U) != 0 ? 0.0 : 1.0;
  return free;
}

}  // namespace

SymmetryProjection::SymmetryProjection(const std::vector<SymmetryAction>& actions, const Mat3& cell,
                                       const std::vector<std::uint8_t>& fixed, const IdBlocks& blocks,
                                       Communicator communicator)
    : communicator_(std::move(communicator)),
      n_(fixed.size()),
      first_(static_cast<std::size_t>(blocks.first())),
      size_(blocks.size()) {
  for (const SymmetryAction& action : actions) {
    if (action.image.size() != n_)
      fail("a symmetry operation on {} atoms for a structure of {}", action.image.size(), n_);
    const Mat3 rotation = cartesian(action.rotation, cell);
    bool keeps_fixed = true;
    for (std::size_t i = 0; i < n_ && keeps_fixed; ++i) {
      const std::uint8_t here = fixed[i], there = fixed[static_cast<std::size_t>(action.image[i])];
      if (here == 0 && there == 0) continue;
      keeps_fixed = (rotation * free_components(here) - free_components(there) * rotation).isZero(1e-3);
    }
    if (!keeps_fixed) continue;
    actions_.push_back(action);
    rotations_.push_back(rotation);
  }
}

std::vector<Vec3> SymmetryProjection::of_all(const std::vector<Vec3>& block) const {
  std::vector<Vec3> all(n_, Vec3::Zero());
  std::copy(block.begin(), block.end(), all.begin() + static_cast<std::ptrdiff_t>(first_));
  if (communicator_.size() > 1 && n_ > 0) communicator_.sum(all.front().data(), 3 * n_);
  return all;
}

void SymmetryProjection::project(std::vector<Vec3>& displacement) const {
  if (trivial()) return;
  const auto all = of_all(displacement);
  std::fill(displacement.begin(), displacement.end(), Vec3::Zero());
  const double weight = 1.0 / static_cast<double>(actions_.size());
  for (std::size_t g = 0; g < actions_.size(); ++g)
    for (std::size_t j = 0; j < n_; ++j) {
      const auto i = static_cast<std::size_t>(actions_[g].image[j]);
      if (i >= first_ && i < first_ + size_) displacement[i - first_] += weight * (rotations_[g] * all[j]);
    }
}

void SymmetryProjection::project_gradient(std::vector<Vec3>& gradient) const {
  if (trivial()) return;
  const auto all = of_all(gradient);
  std::fill(gradient.begin(), gradient.end(), Vec3::Zero());
  const double weight = 1.0 / static_cast<double>(actions_.size());
  for (std::size_t g = 0; g < actions_.size(); ++g)
    for (std::size_t j = first_; j < first_ + size_; ++j)
      gradient[j - first_] +=
          weight * (rotations_[g].transpose() * all[static_cast<std::size_t>(actions_[g].image[j])]);
}

std::vector<Vec3> SymmetryProjection::displacement_to_symmetric(const std::vector<Vec3>& position, const Mat3& cell,
                                                                const std::array<bool, 3>& periodic) const {
  std::vector<Vec3> displacement(size_, Vec3::Zero());
  if (trivial()) return displacement;
  const Mat3 to_fractional = cell.transpose().inverse();
  auto s = of_all(position);
  for (Vec3& x : s) x = (to_fractional * x).eval();
  const double weight = 1.0 / static_cast<double>(actions_.size());
  for (const SymmetryAction& action : actions_)
    for (std::size_t j = 0; j < n_; ++j) {
      const auto i = static_cast<std::size_t>(action.image[j]);
      if (i < first_ || i >= first_ + size_) continue;
      Vec3 off = action.rotation * s[j] + action.translation - s[i];
      for (int k = 0; k < 3; ++k)
        if (periodic[static_cast<std::size_t>(k)]) off[k] -= std::round(off[k]);
      displacement[i - first_] += weight * (cell.transpose() * off);
    }
  return displacement;
}

Mat3 SymmetryProjection::symmetric_cell(const std::vector<SymmetryAction>& actions, const Mat3& cell) {
  if (actions.size() <= 1) return cell;
  const Mat3 metric = cell * cell.transpose();
  Mat3 mean = Mat3::Zero();
  // Lengths of W s in the metric M are those of s in Wᵀ M W.
  for (const SymmetryAction& action : actions)
    mean += action.rotation.transpose() * metric * action.rotation / static_cast<double>(actions.size());
  // cell · U with U symmetric and (cell U)(cell U)ᵀ the mean metric.
  const Mat3 inverse = cell.inverse();
  const Eigen::SelfAdjointEigenSolver<Mat3> solver(inverse * mean * inverse.transpose());
  return cell * solver.operatorSqrt();
}

}  // namespace spinel
