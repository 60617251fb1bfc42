#include "matching/lattice_reduction.hpp"

#include <cmath>

namespace spinel {

namespace {

/// Coefficients and squared lengths of the orthogonalised rows.
struct Orthogonal {
  double coefficient[3][3] = {};
  double squared[3] = {};
};

Orthogonal orthogonalised(const Mat3& basis) {
  Orthogonal result;
  Vec3 direction[3];
  for (int i = 0; i < 3; ++i) {
    direction[i] = basis.row(i);
    for (int j = 0; j < i; ++j) {
      result.coefficient[i][j] = basis.row(i).dot(direction[j]) / result.squared[j];
      direction[i] -= result.coefficient[i][j] * direction[j];
    }
    result.squared[i] = direction[i].squaredNorm();
  }
  return result;
}

double sign(double x, double tolerance) { return std::abs(x) < tolerance ? 0.0 : x < 0.0 ? -1.0 : 1.0; }

Mat3 rows(double a, double b, double c, double d, double e, double f, double g, double h, double i) {
  Mat3 m;
  m << a, b, c, d, e, f, g, h, i;
  return m;
}

/// The six numbers of a basis that Niggli's conditions are about: A = a·a, B = b·b, C = c·c, ξ = 2 b·c, η = 2 a·c,
/// ζ = 2 a·b.
struct NiggliForm {
  double a, b, c, xi, eta, zeta;
  explicit NiggliForm(const Mat3& m)
      : a(m.row(0).squaredNorm()),
        b(m.row(1).squaredNorm()),
        c(m.row(2).squaredNorm()),
        xi(2.0 * m.row(1).dot(m.row(2))),
        eta(2.0 * m.row(0).dot(m.row(2))),
        zeta(2.0 * m.row(0).dot(m.row(1))) {}
};

/// Steps A3 and A4: all angles acute, or none.
Mat3 angles_of_one_kind(const NiggliForm& f, double e) {
  const double l = sign(f.xi, e), m = sign(f.eta, e), n = sign(f.zeta, e);
  if (l * m * n > 0.0) return Vec3(l < 0.0 ? -1.0 : 1.0, m < 0.0 ? -1.0 : 1.0, n < 0.0 ? -1.0 : 1.0).asDiagonal();
  Vec3 flip(l > 0.0 ? -1.0 : 1.0, m > 0.0 ? -1.0 : 1.0, n > 0.0 ? -1.0 : 1.0);
  if (flip.prod() < 0.0) {
    if (n == 0.0)
      flip[2] = -1.0;
    else if (m == 0.0)
      flip[1] = -1.0;
    else if (l == 0.0)
      flip[0] = -1.0;
  }
  return flip.asDiagonal();
}

}  // namespace

Mat3 lll_reduced(const Mat3& cell) {
  constexpr double delta = 0.75;
  Mat3 basis = cell;
  Orthogonal o = orthogonalised(basis);
  for (int k = 1; k < 3;) {
    for (int j = k - 1; j >= 0; --j) {
      const double q = std::nearbyint(o.coefficient[k][j]);
      if (q == 0.0) continue;
      basis.row(k) -= q * basis.row(j);
      for (int i = 0; i < j; ++i) o.coefficient[k][i] -= q * o.coefficient[j][i];
      o.coefficient[k][j] -= q;
    }
    const double u = o.coefficient[k][k - 1];
    if (o.squared[k] >= (delta - u * u) * o.squared[k - 1]) {
      ++k;
      continue;
    }
    basis.row(k).swap(basis.row(k - 1));
    o = orthogonalised(basis);
    k = std::max(k - 1, 1);
  }
  return basis;
}

Mat3 niggli_reduced(const Mat3& cell, double tolerance) {
  constexpr int most_steps = 100;
  const double e = tolerance * std::cbrt(std::abs(cell.determinant()));
  Mat3 basis = lll_reduced(cell);
  for (int step = 0; step < most_steps; ++step) {
    NiggliForm f(basis);
    const auto apply = [&](const Mat3& rows_of_new) {
      basis = rows_of_new * basis;
      f = NiggliForm(basis);
    };
    if (f.b + e < f.a || (std::abs(f.a - f.b) < e && std::abs(f.xi) > std::abs(f.eta) + e))
      apply(rows(0, -1, 0, -1, 0, 0, 0, 0, -1));
    if (f.c + e < f.b || (std::abs(f.b - f.c) < e && std::abs(f.eta) > std::abs(f.zeta) + e)) {
      apply(rows(-1, 0, 0, 0, 0, -1, 0, -1, 0));
      continue;
    }
    apply(angles_of_one_kind(f, e));
    if (std::abs(f.xi) > f.b + e || (std::abs(f.xi - f.b) < e && 2.0 * f.eta < f.zeta - e) ||
        (std::abs(f.xi + f.b) < e && f.zeta < -e)) {
      apply(rows(1, 0, 0, 0, 1, 0, 0, f.xi > 0.0 ? -1 : 1, 1));
      continue;
    }
    if (std::abs(f.eta) > f.a + e || (std::abs(f.a - f.eta) < e && 2.0 * f.xi < f.zeta - e) ||
        (std::abs(f.a + f.eta) < e && f.zeta < -e)) {
      apply(rows(1, 0, 0, 0, 1, 0, f.eta > 0.0 ? -1 : 1, 0, 1));
      continue;
    }
    if (std::abs(f.zeta) > f.a + e || (std::abs(f.a - f.zeta) < e && 2.0 * f.xi < f.eta - e) ||
        (std::abs(f.a + f.zeta) < e && f.eta < -e)) {
      apply(rows(1, 0, 0, f.zeta > 0.0 ? -1 : 1, 1, 0, 0, 0, 1));
      continue;
    }
    const double sum = f.xi + f.eta + f.zeta + f.a + f.b;
    if (sum < -e || (std::abs(sum) < e && 2.0 * (f.a + f.eta) + f.zeta > e)) {
      apply(rows(1, 0, 0, 0, 1, 0, 1, 1, 1));
      continue;
    }
    break;
  }
  return basis.determinant() < 0.0 ? Mat3(-basis) : basis;
}

}  // namespace spinel
