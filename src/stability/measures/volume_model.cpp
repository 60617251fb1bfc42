#include "stability/measures/volume_model.hpp"

#include <Eigen/Dense>
#include <algorithm>

#include "core/error.hpp"
#include "crystal/prototype_label.hpp"

namespace spinel {

namespace {

constexpr int n_elements = 118;
constexpr double ridge = 0.01;
constexpr double usual_volume = 15.0;  // Å³ of an atom nothing is known of

}  // namespace

VolumeModel::VolumeModel() : weight_(n_elements + 1, 0.0) {
  for (int z = 1; z <= n_elements; ++z) {
    const double volume = atomic_volume(z);
    weight_[static_cast<std::size_t>(z)] = volume > 0.0 ? volume : usual_volume;
  }
}

VolumeModel::VolumeModel(const std::vector<Sample>& samples) : weight_(n_elements + 1, 0.0) {
  if (samples.empty()) fail_input("no crystal to learn volumes from");
  least_ = samples.front().per_atom;
  for (const Sample& sample : samples) {
    mean_ += sample.per_atom / static_cast<double>(samples.size());
    least_ = std::min(least_, sample.per_atom);
  }
  least_ *= 0.5;
  Eigen::MatrixXd normal = ridge * Eigen::MatrixXd::Identity(n_elements, n_elements);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(n_elements);
  for (const Sample& sample : samples) {
    const double n = sample.composition.n_atoms();
    for (const auto& a : sample.composition.parts) {
      right[a.atomic_number - 1] += a.amount / n * (sample.per_atom - mean_);
      for (const auto& b : sample.composition.parts)
        normal(a.atomic_number - 1, b.atomic_number - 1) += a.amount / n * b.amount / n;
    }
  }
  const Eigen::VectorXd weight = normal.llt().solve(right);
  std::copy(weight.begin(), weight.end(), weight_.begin() + 1);
}

double VolumeModel::per_atom(const Composition& composition) const {
  double volume = mean_;
  const double n = composition.n_atoms();
  for (const auto& part : composition.parts)
    volume += part.amount / n * weight_[static_cast<std::size_t>(part.atomic_number)];
  return std::max(volume, least_);
}

}  // namespace spinel
