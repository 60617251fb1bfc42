#include "matching/lattice_candidates.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "crystal/lattice.hpp"

namespace spinel {

namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double round_off = 1e-12;

double angle(const Vec3& u, const Vec3& v, double product_of_lengths) {
  return std::acos(std::clamp(u.dot(v) / product_of_lengths, -1.0, 1.0));
}

}  // namespace

LatticeCandidates::LatticeCandidates(double ltol, double angle_tol_degrees)
    : ltol_(ltol), angle_tol_(angle_tol_degrees * pi / 180.0) {}

void LatticeCandidates::prepare(const Mat3& cell, const Mat3& target) {
  double longest = 0.0, least2[3], most2[3];
  for (int k = 0; k < 3; ++k) {
    length_[k] = target.row(k).norm();
    longest = std::max(longest, length_[k]);
    least2[k] = std::pow(length_[k] / (1.0 + ltol_), 2);
    most2[k] = std::pow(length_[k] * (1.0 + ltol_), 2);
    near_[k].clear();
  }
  for (int k = 0; k < 3; ++k) {
    const int i = (k + 1) % 3, j = (k + 2) % 3;
    angle_[k] = angle(target.row(i), target.row(j), length_[i] * length_[j]);
    least_cosine_[k] = std::cos(std::min(angle_[k] + angle_tol_, pi)) - round_off;
    largest_cosine_[k] = std::cos(std::max(angle_[k] - angle_tol_, 0.0)) + round_off;
  }
  const Vec3 heights = perpendicular_heights(cell);
  int most[3];
  for (int k = 0; k < 3; ++k) most[k] = static_cast<int>(longest * (1.0 + ltol_) / heights[k] + round_off);
  const Vec3 a = cell.row(0), b = cell.row(1), c = cell.row(2);
  for (int p = -most[0]; p <= most[0]; ++p)
    for (int q = -most[1]; q <= most[1]; ++q) {
      const Vec3 ab = p * a + q * b;
      for (int r = -most[2]; r <= most[2]; ++r) {
        const Vec3 place = ab + r * c;
        const double squared = place.squaredNorm();
        for (int k = 0; k < 3; ++k)
          if (squared > least2[k] && squared < most2[k]) near_[k].push_back({place, {p, q, r}, std::sqrt(squared)});
      }
    }
}

int LatticeCandidates::determinant(const Vector& a, const Vector& b, const Vector& c) {
  return std::abs(a.n[0] * (b.n[1] * c.n[2] - b.n[2] * c.n[1]) - a.n[1] * (b.n[0] * c.n[2] - b.n[2] * c.n[0]) +
                  a.n[2] * (b.n[0] * c.n[1] - b.n[1] * c.n[0]));
}

Mat3 LatticeCandidates::mean_cell(const Vector& a, const Vector& b, const Vector& c) const {
  const double la = 0.5 * (a.length + length_[0]), lb = 0.5 * (b.length + length_[1]),
               lc = 0.5 * (c.length + length_[2]);
  const double ca = std::cos(0.5 * (angle(b.place, c.place, b.length * c.length) + angle_[0]));
  const double cb = std::cos(0.5 * (angle(a.place, c.place, a.length * c.length) + angle_[1]));
  const double cg = std::cos(0.5 * (angle(a.place, b.place, a.length * b.length) + angle_[2]));
  const double sg = std::sqrt(1.0 - cg * cg);
  const double cy = (ca - cb * cg) / sg;
  Mat3 mean;
  mean << la, 0.0, 0.0, lb * cg, lb * sg, 0.0, lc * cb, lc * cy, lc * std::sqrt(std::max(1.0 - cb * cb - cy * cy, 0.0));
  return mean;
}

}  // namespace spinel
