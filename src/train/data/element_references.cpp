#include "train/data/element_references.hpp"

#include <Eigen/Dense>

namespace spinel {

std::vector<double> fit_element_references(const std::int64_t* atom_offset, const std::uint8_t* atomic_number,
                                           const double* target, const std::vector<std::int64_t>& samples,
                                           const ElementPlaces& places, bool per_atom) {
  const auto size = static_cast<Eigen::Index>(places.size());
  Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(size, size);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(size), amount(size);
  for (const std::int64_t sample : samples) {
    const std::int64_t first = atom_offset[sample], last = atom_offset[sample + 1];
    const double share = per_atom ? 1.0 / static_cast<double>(last - first) : 1.0;
    amount.setZero();
    for (std::int64_t atom = first; atom < last; ++atom) amount[places.at(atomic_number[atom])] += share;
    for (Eigen::Index i = 0; i < size; ++i) {
      if (amount[i] == 0.0) continue;
      right[i] += amount[i] * target[sample];
      for (Eigen::Index j = 0; j < size; ++j) normal(i, j) += amount[i] * amount[j];
    }
  }
  Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> solver;
  solver.setThreshold(1e-10);
  const Eigen::VectorXd values = solver.compute(normal).solve(right);
  return {values.data(), values.data() + size};
}

}  // namespace spinel
