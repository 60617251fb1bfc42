#include "generate/symmetry_template.hpp"

#include <algorithm>

#include "crystal/lattice.hpp"

namespace spinel {

SymmetryTemplate::SymmetryTemplate(const Structure& structure, double tolerance)
    : space_group_(symmetry(structure, tolerance).number), operations_(atom_symmetries(structure, tolerance)) {
  const Mat3 to_fractional = to_fractional_matrix(structure.cell);
  for (const Vec3& r : structure.position) {
    const Vec3 x = to_fractional * r;
    fractional_.insert(fractional_.end(), x.begin(), x.end());
  }
  orbit_.resize(structure.size());
  for (std::size_t a = 0; a < orbit_.size(); ++a) {
    std::int64_t least = static_cast<std::int64_t>(a);
    for (const AtomSymmetry& s : operations_) least = std::min(least, s.image[a]);
    orbit_[a] = static_cast<std::int32_t>(least);
  }
}

void SymmetryTemplate::project(std::vector<double>& displacement) const {
  std::vector<double> sum(displacement.size(), 0.0);
  for (const AtomSymmetry& s : operations_)
    for (std::size_t a = 0; a < n_atoms(); ++a) {
      const Vec3 moved = s.rotation * Vec3(displacement[3 * a], displacement[3 * a + 1], displacement[3 * a + 2]);
      for (std::size_t k = 0; k < 3; ++k)
        sum[3 * static_cast<std::size_t>(s.image[a]) + k] += moved[static_cast<Eigen::Index>(k)];
    }
  for (std::size_t i = 0; i < sum.size(); ++i) displacement[i] = sum[i] / static_cast<double>(operations_.size());
}

LatticeVector SymmetryTemplate::project(const LatticeVector& k) const {
  const Mat3 cell = cell_from_lattice_vector(k), metric = cell * cell.transpose();
  Mat3 sum = Mat3::Zero();
  for (const AtomSymmetry& s : operations_) sum += s.rotation.transpose() * metric * s.rotation;
  sum /= static_cast<double>(operations_.size());
  // A cell of that metric.
  const Mat3 averaged = sum.llt().matrixL();
  return lattice_vector(averaged);
}

}  // namespace spinel
