#include "crystal/lattice_vector.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>

#include "core/error.hpp"
#include "crystal/lattice.hpp"

namespace spinel {

namespace {

const std::array<Mat3, 6>& basis() {
  static const std::array<Mat3, 6> matrices = [] {
    std::array<Mat3, 6> b;
    for (Mat3& matrix : b) matrix.setZero();
    b[0](0, 1) = b[0](1, 0) = 1.0;
    b[1](0, 2) = b[1](2, 0) = 1.0;
    b[2](1, 2) = b[2](2, 1) = 1.0;
    b[3].diagonal() << 1.0, -1.0, 0.0;
    b[4].diagonal() << 1.0, 1.0, -2.0;
    b[5].setIdentity();
    for (Mat3& matrix : b) matrix /= matrix.norm();
    return b;
  }();
  return matrices;
}

template <class Function>
Mat3 of_eigenvalues(const Mat3& symmetric, const Function& function) {
  const Eigen::SelfAdjointEigenSolver<Mat3> solver(symmetric);
  const Mat3& vectors = solver.eigenvectors();
  Vec3 values = solver.eigenvalues();
  for (double& x : values) x = function(x);
  return vectors * values.asDiagonal() * vectors.transpose();
}

}  // namespace

LatticeVector lattice_vector(const Mat3& cell) {
  const Mat3 metric = cell * cell.transpose();
  const Mat3 s = of_eigenvalues(metric, [](double x) { return 0.5 * std::log(x); });
  LatticeVector k;
  for (std::size_t i = 0; i < k.size(); ++i) k[i] = s.cwiseProduct(basis()[i]).sum();
  return k;
}

Mat3 cell_from_lattice_vector(const LatticeVector& k) {
  Mat3 s = Mat3::Zero();
  for (std::size_t i = 0; i < k.size(); ++i) s += k[i] * basis()[i];
  return cell_from_parameters(cell_parameters(of_eigenvalues(s, [](double x) { return std::exp(x); })));
}

CrystalFamily crystal_family(int space_group) {
  if (space_group < 1 || space_group > 230) fail_input("{} is no number of a space group", space_group);
  return space_group <= 2     ? CrystalFamily::triclinic
         : space_group <= 15  ? CrystalFamily::monoclinic
         : space_group <= 74  ? CrystalFamily::orthorhombic
         : space_group <= 142 ? CrystalFamily::tetragonal
         : space_group <= 194 ? CrystalFamily::hexagonal
                              : CrystalFamily::cubic;
}

const std::string& name_of(CrystalFamily family) {
  static const std::array<std::string, 6> names = {"triclinic",  "monoclinic", "orthorhombic",
                                                   "tetragonal", "hexagonal",  "cubic"};
  return names[static_cast<std::size_t>(family)];
}

LatticeVector projected(LatticeVector k, CrystalFamily family) {
  const auto clear = [&](std::initializer_list<std::size_t> places) {
    for (const std::size_t i : places) k[i] = 0.0;
  };
  switch (family) {
    case CrystalFamily::triclinic:
      break;
    case CrystalFamily::monoclinic:
      clear({0, 2});
      break;
    case CrystalFamily::orthorhombic:
      clear({0, 1, 2});
      break;
    case CrystalFamily::tetragonal:
      clear({0, 1, 2, 3});
      break;
    case CrystalFamily::hexagonal:
      clear({1, 2, 3});
      k[0] = -std::sqrt(2.0) * std::log(3.0) / 4.0;
      break;
    case CrystalFamily::cubic:
      clear({0, 1, 2, 3, 4});
      break;
  }
  return k;
}

std::vector<std::array<std::int8_t, 9>> metric_operations(const Mat3& cell, double tolerance) {
  const Mat3 metric = cell * cell.transpose();
  const double most = tolerance * metric.diagonal().maxCoeff();
  // Lattice vectors as long as each of the cell's.
  std::array<std::vector<Vec3>, 3> rows;
  for (int code = 0; code < 27; ++code) {
    const Vec3 v(code % 3 - 1, code / 3 % 3 - 1, code / 9 - 1);
    for (Eigen::Index k = 0; k < 3; ++k)
      if (std::abs(v.dot(metric * v) - metric(k, k)) < most) rows[static_cast<std::size_t>(k)].push_back(v);
  }
  std::vector<std::array<std::int8_t, 9>> found;
  for (const Vec3& a : rows[0])
    for (const Vec3& b : rows[1]) {
      if (std::abs(a.dot(metric * b) - metric(0, 1)) >= most) continue;
      for (const Vec3& c : rows[2]) {
        if (std::abs(a.dot(metric * c) - metric(0, 2)) >= most || std::abs(b.dot(metric * c) - metric(1, 2)) >= most)
          continue;
        if (std::abs(std::abs(a.dot(b.cross(c))) - 1.0) > 0.5) continue;
        std::array<std::int8_t, 9> r;
        for (std::size_t k = 0; k < 3; ++k) {
          r[k] = static_cast<std::int8_t>(a[static_cast<Eigen::Index>(k)]);
          r[3 + k] = static_cast<std::int8_t>(b[static_cast<Eigen::Index>(k)]);
          r[6 + k] = static_cast<std::int8_t>(c[static_cast<Eigen::Index>(k)]);
        }
        found.push_back(r);
      }
    }
  return found;
}

}  // namespace spinel
