#include "crystal/lattice.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace spinel {

namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double largest_length = 1e9;   // Å; beyond it a coordinate has no digits left for a bond
constexpr double margin = 1.0;           // Å of empty space beyond the atoms of a cluster
constexpr double least_solidity = 1e-6;  // volume over product of lengths

/// Exact at the angles of the crystal systems, so that a cubic cell has zeros off its diagonal.
double cosine_of_degrees(double angle) {
  if (angle == 90.0) return 0.0;
  if (angle == 60.0) return 0.5;
  if (angle == 120.0) return -0.5;
  return std::cos(angle * pi / 180.0);
}

double angle_in_degrees(const Vec3& u, const Vec3& v) { return std::atan2(u.cross(v).norm(), u.dot(v)) * 180.0 / pi; }

/// A unit vector perpendicular to the nonzero rows of the cell.
Vec3 perpendicular_to(const Mat3& cell) {
  std::vector<Vec3> basis;
  for (int k = 0; k < 3; ++k) {
    Vec3 v = cell.row(k).transpose();
    if (v.norm() == 0.0) continue;
    v.normalize();
    for (const Vec3& u : basis) v -= v.dot(u) * u;
    if (v.norm() > 1e-9) basis.push_back(v.normalized());
  }
  Vec3 best = Vec3::Zero();
  for (int k = 0; k < 3; ++k) {
    Vec3 v = Vec3::Unit(k);
    for (const Vec3& u : basis) v -= v.dot(u) * u;
    if (v.norm() > best.norm() + 1e-9) best = v;
  }
  return best.normalized();
}

void complete_cell(Structure& structure) {
  // x, y and z in turn for a cluster, so that its cell is right-handed with a along x.
  for (int k = 0; k < 3; ++k) {
    if (structure.cell.row(k).norm() > 0.0) continue;
    const Vec3 direction = perpendicular_to(structure.cell);
    double low = direction.dot(structure.position.front()), high = low;
    for (const Vec3& r : structure.position) {
      low = std::min(low, direction.dot(r));
      high = std::max(high, direction.dot(r));
    }
    structure.cell.row(k) = (high - low + 2.0 * margin) * direction.transpose();
    for (Vec3& r : structure.position) r += (margin - low) * direction;
  }
}

}  // namespace

Mat3 cell_from_parameters(const CellParameters& p) {
  const bool lengths = p.a > 0.0 && p.b > 0.0 && p.c > 0.0 && std::isfinite(p.a * p.b * p.c);
  const auto good = [](double angle) { return angle > 0.0 && angle < 180.0; };
  if (!lengths || !good(p.alpha) || !good(p.beta) || !good(p.gamma))
    fail_input("impossible cell: a, b, c = {}, {}, {}; alpha, beta, gamma = {}, {}, {}", p.a, p.b, p.c, p.alpha, p.beta,
               p.gamma);
  const double ca = cosine_of_degrees(p.alpha), cb = cosine_of_degrees(p.beta), cg = cosine_of_degrees(p.gamma);
  const double sg = std::sqrt(1.0 - cg * cg);
  const double cy = (ca - cb * cg) / sg;
  const double cz2 = 1.0 - cb * cb - cy * cy;
  if (!(cz2 > 1e-12))
    fail_input("impossible cell: no three vectors enclose the angles {}, {}, {}", p.alpha, p.beta, p.gamma);
  Mat3 cell;
  cell << p.a, 0.0, 0.0, p.b * cg, p.b * sg, 0.0, p.c * cb, p.c * cy, p.c * std::sqrt(cz2);
  return cell;
}

CellParameters cell_parameters(const Mat3& cell) {
  const Vec3 a = cell.row(0), b = cell.row(1), c = cell.row(2);
  return {a.norm(), b.norm(), c.norm(), angle_in_degrees(b, c), angle_in_degrees(a, c), angle_in_degrees(a, b)};
}

Vec3 perpendicular_heights(const Mat3& cell) {
  const Vec3 a = cell.row(0), b = cell.row(1), c = cell.row(2);
  const double volume = std::abs(a.dot(b.cross(c)));
  return {volume / b.cross(c).norm(), volume / c.cross(a).norm(), volume / a.cross(b).norm()};
}

void wrap(Structure& structure) {
  const Mat3 to_fractional = to_fractional_matrix(structure.cell);
  for (Vec3& r : structure.position) {
    const Vec3 s = to_fractional * r;
    Vec3 shift = Vec3::Zero();
    for (int k = 0; k < 3; ++k)
      if (structure.periodic[static_cast<std::size_t>(k)]) shift[k] = -std::floor(s[k] + 1e-9);
    if (shift != Vec3::Zero()) r += to_cartesian(structure.cell, shift);
  }
}

void regularize_cell(Structure& structure, const std::string& where) {
  if (structure.position.empty()) fail_input("{}: no atoms", where);
  const auto sane = [](double x) { return std::abs(x) <= largest_length; };  // false for NaN
  for (std::size_t i = 0; i < structure.size(); ++i)
    for (const double x : structure.position[i])
      if (!sane(x)) fail_input("{}: atom {} has the coordinate {}", where, i + 1, x);
  for (int k = 0; k < 3; ++k) {
    for (int j = 0; j < 3; ++j)
      if (!sane(structure.cell(k, j)))
        fail_input("{}: a lattice vector has the component {}", where, structure.cell(k, j));
    if (structure.cell.row(k).norm() == 0.0 && structure.periodic[static_cast<std::size_t>(k)])
      fail_input("{}: lattice vector {} is zero but the structure is periodic along it", where, "abc"[k]);
  }
  complete_cell(structure);

  const double lengths = structure.cell.row(0).norm() * structure.cell.row(1).norm() * structure.cell.row(2).norm();
  const double volume = structure.volume();
  if (!(std::abs(volume) > least_solidity * lengths)) fail_input("{}: the lattice vectors lie in a plane", where);
  if (volume > 0.0) return;

  structure.cell = -structure.cell;
  Vec3 shift = Vec3::Zero();
  for (int k = 0; k < 3; ++k)
    if (!structure.periodic[static_cast<std::size_t>(k)]) shift += structure.cell.row(k).transpose();
  if (shift != Vec3::Zero())
    for (Vec3& r : structure.position) r += shift;
}

}  // namespace spinel
