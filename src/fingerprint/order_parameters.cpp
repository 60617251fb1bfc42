#include "fingerprint/order_parameters.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace spinel {

namespace {

constexpr int most = most_neighbors_of_order;
constexpr double pi = 3.14159265358979323846;
constexpr double on_axis = 1e-12;      // sine of the angle to a pole below which there is no azimuth
constexpr double least_count = 1e-12;  // of terms that make a mean

double bell(double x) { return std::exp(-0.5 * x * x); }

/// A number for each ordered pair of neighbors.
using Table = std::array<std::array<double, most>, most>;

/// The neighbors as seen from each of them in turn, which is then the north pole.
struct Sphere {
  int n;
  Table cosine, polar;                                // [pole][neighbor] angle to the pole, divided by π
  std::array<std::array<bool, most>, most> off;       // [pole][neighbor] has it an azimuth?
  std::array<std::array<Vec3, most>, most> meridian;  // [pole][neighbor] unit vector across the pole

  Sphere(const Vec3* direction, int count) : n(count) {
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k) {
        if (k == j) continue;
        const double c = std::clamp(direction[j].dot(direction[k]), -1.0, 1.0);
        cosine[j][k] = c;
        polar[j][k] = k < j ? polar[k][j] : std::acos(c) / pi;
        const Vec3 across = direction[k] - c * direction[j];
        const double length = across.norm();
        off[j][k] = length >= on_axis;
        if (off[j][k]) meridian[j][k] = across / length;
      }
  }

  /// Cosine of the azimuth between two neighbors that have one.
  double azimuth(int pole, int k, int m) const {
    return std::clamp(meridian[pole][k].dot(meridian[pole][m]), -1.0, 1.0);
  }

  template <class Function>
  Table table(Function&& function) const {
    Table result;
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k)
        if (k != j) result[j][k] = function(polar[j][k]);
    return result;
  }
};

/// cos²(f φ) from cos φ, `twice` = 2 f.
double squared_cosine(int twice, double c) {
  // cos 2fφ by the recursion of Chebyshev's polynomials.
  double before = 1.0, now = c;
  for (int order = 1; order < twice; ++order) {
    const double next = 2.0 * c * now - before;
    before = now;
    now = next;
  }
  return 0.5 * (1.0 + now);
}

/// A weighted mean in the making.
struct Mean {
  double sum = 0.0, count = 0.0;
  void add(double value, double weight = 1.0) {
    sum += value;
    count += weight;
  }
  double value() const { return count > least_count ? sum / count : 0.0; }
};

/// The largest, over north poles j and meridians k, of the mean of what start(j, k, mean) adds and what add(j, k, m,
/// mean) adds for every third neighbor m; where k lies on the axis there are no azimuths, and no third neighbors.
template <class Start, class Add>
double best_view(const Sphere& sphere, Start&& start, Add&& add) {
  double best = 0.0;
  for (int j = 0; j < sphere.n; ++j)
    for (int k = 0; k < sphere.n; ++k) {
      if (k == j) continue;
      Mean mean;
      start(j, k, mean);
      if (sphere.off[j][k])
        for (int m = 0; m < sphere.n; ++m)
          if (m != j && m != k) add(j, k, m, mean);
      best = std::max(best, mean.value());
    }
  return best;
}

/// Neighbors at one polar angle and at azimuths 180°/f apart: `match` says how near the angle is.
double ring(const Sphere& sphere, int twice, const Table& match) {
  return best_view(
      sphere, [&](int j, int k, Mean& mean) { mean.add(match[j][k]); },
      [&](int j, int k, int m, Mean& mean) {
        if (sphere.off[j][m]) mean.add(match[j][m] * squared_cosine(twice, sphere.azimuth(j, k, m)));
      });
}

/// A ring, and neighbors beyond the polar angle `south` (parts of π) that should be at the south pole, to
/// 1/`south_width` of π. Azimuths whose cosine is not above `least_azimuth` do not count.
double ring_and_pole(const Sphere& sphere, int twice, double south, double south_width, const Table& match,
                     double least_azimuth = -2.0) {
  const Table pole = sphere.table([&](double t) { return bell(south_width * (t - 1.0)); });
  return best_view(
      sphere,
      [&](int j, int k, Mean& mean) {
        if (sphere.polar[j][k] < south) mean.add(match[j][k]);
      },
      [&](int j, int k, int m, Mean& mean) {
        if (sphere.polar[j][m] >= south) {
          mean.add(pole[j][m]);
        } else if (sphere.polar[j][k] < south && sphere.off[j][m]) {
          const double c = sphere.azimuth(j, k, m);
          if (c > least_azimuth) mean.add(match[j][m] * squared_cosine(twice, c));
        }
      });
}

Table near_angle(const Sphere& sphere, double width, double angle) {
  return sphere.table([&](double t) { return bell(width * (t - angle)); });
}

double bent(const Sphere& sphere, double angle, double width) {
  return bell(width * (sphere.polar[0][1] - angle));  // of the only pair
}

double pentagon(const Sphere& sphere) {
  return ring(sphere, 2, sphere.table([](double t) { return bell(19.333 * (t - (t <= 0.6 ? 0.4 : 0.8))); }));
}

double hexagon(const Sphere& sphere) {
  return ring_and_pole(sphere, 2, 2.6179938779914944 / pi, 7.5,
                       sphere.table([](double t) { return bell(25.0 * (std::abs(t - 0.5) - 0.16666667)); }));
}

double body_centered_cube(const Sphere& sphere, const int* rank) {
  constexpr double south = 2.5261129449194057 / pi;
  const double narrow = std::asin(1.0 / 3.0), scale = std::exp(0.5);
  const Table pole = sphere.table([](double t) { return bell(15.0 * (t - 1.0)); });
  const Table layer = sphere.table([&](double t) {
    const double x = (t - 0.5) * pi / narrow;
    return scale * x * bell(x);
  });
  double sum = 0.0;
  for (int j = 0; j < sphere.n; ++j)
    for (int k = 0; k < sphere.n; ++k) {
      if (k == j || (rank != nullptr && rank[j] > rank[k])) continue;
      const double share = rank != nullptr && rank[j] < rank[k] ? 1.0 : 0.5;
      if (sphere.polar[j][k] >= south) {
        sum += share * 6.0 * pole[j][k];
        continue;
      }
      if (!sphere.off[j][k]) continue;
      const double side = sphere.polar[j][k] > 0.5 ? share : -share;
      for (int m = 0; m < sphere.n; ++m) {
        if (m == j || m == k || !sphere.off[j][m]) continue;
        const double c = sphere.azimuth(j, k, m);
        sum += side * c * (4.0 * c * c - 3.0) * layer[j][m];  // cos 3φ
      }
    }
  return sum / (0.5 * sphere.n * (6.0 + (sphere.n - 2.0) * (sphere.n - 3.0)));
}

double cuboctahedron(const Sphere& sphere) {
  constexpr double south = 2.792526803190927 / pi, low = 1.3089969389957472 / pi, high = 1.8325957145940461 / pi;
  const Table pole = sphere.table([](double t) { return bell(28.75 * (t - 1.0)); });
  const Table layer = sphere.table([](double t) {
    if (t > low && t < high) return bell(25.5 * (t - 0.5));
    return bell(31.25 * (t - (t < low ? 1.0 / 3.0 : 2.0 / 3.0)));
  });
  return best_view(
      sphere,
      [&](int j, int k, Mean& mean) {
        if (sphere.polar[j][k] >= south) mean.add(1.8 * pole[j][k], 1.8);
      },
      [&](int j, int k, int m, Mean& mean) {
        const double t = sphere.polar[j][m];
        const bool is_equatorial = sphere.polar[j][k] > low && sphere.polar[j][k] < high;
        if (!is_equatorial || !sphere.off[j][m] || t >= south || t == low || t == high) return;
        const double c = sphere.azimuth(j, k, m);
        if (t > low && t < high)
          mean.add(c * c * layer[j][m]);
        else
          mean.add(bell(0.0556 * (std::sqrt(1.0 - c * c) - 0.81649658)) * layer[j][m]);
      });
}

/// q_l² is the mean of P_l(cos γ) over all ordered pairs of neighbors, each with itself among them (addition theorem of
/// spherical harmonics).
void steinhardt(const Sphere& sphere, double* q2, double* q4, double* q6) {
  double sum[3] = {1.0 * sphere.n, 1.0 * sphere.n, 1.0 * sphere.n};
  for (int a = 0; a < sphere.n; ++a)
    for (int b = 0; b < a; ++b) {
      const double x = sphere.cosine[a][b] * sphere.cosine[a][b];
      sum[0] += 2.0 * 0.5 * (3.0 * x - 1.0);
      sum[1] += 2.0 * 0.125 * ((35.0 * x - 30.0) * x + 3.0);
      sum[2] += 2.0 * 0.0625 * (((231.0 * x - 315.0) * x + 105.0) * x - 5.0);
    }
  double* const out[3] = {q2, q4, q6};
  for (int l = 0; l < 3; ++l) *out[l] = std::sqrt(std::max(0.0, sum[l] / (sphere.n * sphere.n)));
}

}  // namespace

const std::vector<const char*>& order_parameter_names(int n) {
  static const std::array<std::vector<const char*>, most + 1> names = {{
      {},
      {"sgl_bd"},
      {"L-shaped", "water-like", "bent 120 degrees", "bent 150 degrees", "linear"},
      {"trigonal planar", "trigonal non-coplanar", "T-shaped"},
      {"square co-planar", "tetrahedral", "rectangular see-saw-like", "see-saw-like", "trigonal pyramidal"},
      {"pentagonal planar", "square pyramidal", "trigonal bipyramidal"},
      {"hexagonal planar", "octahedral", "pentagonal pyramidal"},
      {"hexagonal pyramidal", "pentagonal bipyramidal"},
      {"body-centered cubic", "hexagonal bipyramidal"},
      {"q2", "q4", "q6"},
      {"q2", "q4", "q6"},
      {"q2", "q4", "q6"},
      {"cuboctahedral", "q2", "q4", "q6"},
  }};
  return names[static_cast<std::size_t>(n >= 1 && n <= most ? n : 0)];
}

void order_parameters(const Vec3* direction, int n, double* value, const int* rank) {
  if (n < 1 || n > most) return;
  if (n == 1) {
    value[0] = 1.0;
    return;
  }
  const Sphere sphere(direction, n);
  // From pymatgen's op_params.yaml and cn_opt_params.yaml (MIT). Two neighbors this far apart see each other as south
  // pole.
  constexpr double south = 2.356194490192345 / pi;
  constexpr double tetrahedral = 0.6081734479693927, right = 0.5;
  const auto across = [&](double width) { return near_angle(sphere, width, right); };
  switch (n) {
    case 2:
      value[0] = bent(sphere, 0.5, 15.15);
      value[1] = bent(sphere, 0.5802777777777778, 13.95);
      value[2] = bent(sphere, 0.666666666667, 13.25);
      value[3] = bent(sphere, 0.833333333333333, 12.45);
      value[4] = bent(sphere, 1.0, 8.667);
      break;
    case 3:
      value[0] = ring(sphere, 2, near_angle(sphere, 17.5, 0.66666666667));
      value[1] = ring(sphere, 3, near_angle(sphere, 18.33, tetrahedral));
      value[2] = ring(sphere, 2, across(15.5));
      break;
    case 4:
      value[0] = ring_and_pole(sphere, 2, south, 13.5, across(17.7));
      value[1] = ring(sphere, 3, near_angle(sphere, 18.5, tetrahedral));
      value[2] = ring_and_pole(sphere, 4, south, 11.5, across(27.0), std::cos(0.75 * pi));
      value[3] = ring_and_pole(sphere, 3, south, 12.75, across(15.75));
      value[4] = ring(sphere, 3, across(15.5));
      break;
    case 5:
      value[0] = pentagon(sphere);
      value[1] = ring(sphere, 4, across(14.9));
      value[2] = ring_and_pole(sphere, 3, south, 12.0, across(16.6));
      break;
    case 6:
      value[0] = hexagon(sphere);
      value[1] = ring_and_pole(sphere, 4, south, 15.0, across(18.0));
      value[2] = ring(sphere, 5, across(13.8));
      break;
    case 7:
      value[0] = ring(sphere, 6, across(12.5));
      value[1] = ring_and_pole(sphere, 5, south, 12.5, across(14.75));
      break;
    case 8:
      value[0] = body_centered_cube(sphere, rank);
      value[1] = ring_and_pole(sphere, 6, south, 14.1, across(13.6));
      break;
    case 12:
      value[0] = cuboctahedron(sphere);
      steinhardt(sphere, value + 1, value + 2, value + 3);
      break;
    default:
      steinhardt(sphere, value, value + 1, value + 2);
  }
}

}  // namespace spinel
