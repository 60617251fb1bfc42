#include "fingerprint/order_parameters.hpp"

#include <algorithm>

#include "support.hpp"

using namespace spinel;
using namespace spinel::testing;

namespace {

constexpr double pi = 3.14159265358979323846;

using Directions = std::vector<Vec3>;

/// Directions at a polar angle (degrees), evenly around the axis.
Directions ring(int n, double polar) {
  Directions result;
  for (int k = 0; k < n; ++k) {
    const double phi = 2.0 * pi * k / n, theta = polar * pi / 180.0;
    result.emplace_back(std::sin(theta) * std::cos(phi), std::sin(theta) * std::sin(phi), std::cos(theta));
  }
  return result;
}

Directions operator+(Directions a, const Directions& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const Directions up = {Vec3(0, 0, 1)}, down = {Vec3(0, 0, -1)};

Directions turned(std::mt19937& random, Directions directions) {
  const Mat3 rotation = random_rotation(random);
  for (Vec3& d : directions) d = rotation * d;
  std::shuffle(directions.begin(), directions.end(), random);
  return directions;
}

std::vector<double> values(const Directions& directions, const int* rank = nullptr) {
  const int n = static_cast<int>(directions.size());
  std::vector<double> result(order_parameter_names(n).size(), -1.0);
  order_parameters(directions.data(), n, result.data(), rank);
  return result;
}

TEST(OrderParameters, AreOneForTheirMotif) {
  const double tetrahedral = std::acos(-1.0 / 3.0) * 180.0 / pi;
  const auto two = [](double angle) { return up + Directions{ring(1, angle)}; };
  const Directions tetrahedron = up + ring(3, tetrahedral);
  Directions cuboctahedron, cube;
  for (const double x : {-1.0, 1.0})
    for (const double y : {-1.0, 1.0}) {
      for (const Vec3& v : {Vec3(x, y, 0), Vec3(x, 0, y), Vec3(0, x, y)}) cuboctahedron.push_back(v.normalized());
      for (const double z : {-1.0, 1.0}) cube.push_back(Vec3(x, y, z).normalized());
    }
  struct Case {
    const char* name;
    Directions directions;
    double tolerance;
  };
  const Case cases[] = {
      {"sgl_bd", up, 0.0},
      {"L-shaped", two(90.0), 1e-12},
      {"water-like", two(104.45), 1e-12},
      {"bent 120 degrees", two(120.0), 1e-12},
      {"bent 150 degrees", two(150.0), 1e-12},
      {"linear", two(180.0), 1e-12},
      {"trigonal planar", ring(3, 90.0), 1e-12},
      {"trigonal non-coplanar", Directions(tetrahedron.begin(), tetrahedron.begin() + 3), 1e-12},
      {"T-shaped", up + Directions{Vec3(1, 0, 0), Vec3(-1, 0, 0)}, 1e-12},
      {"square co-planar", ring(4, 90.0), 1e-12},
      {"tetrahedral", tetrahedron, 1e-12},
      {"rectangular see-saw-like", up + down + Directions{Vec3(1, 0, 0), Vec3(0, 1, 0)}, 1e-12},
      {"see-saw-like", up + down + Directions{ring(3, 90.0)[0], ring(3, 90.0)[1]}, 1e-12},
      {"trigonal pyramidal", up + ring(3, 90.0), 1e-12},
      {"pentagonal planar", ring(5, 90.0), 1e-12},
      {"square pyramidal", up + ring(4, 90.0), 1e-12},
      {"trigonal bipyramidal", up + down + ring(3, 90.0), 1e-12},
      {"hexagonal planar", ring(6, 90.0), 1e-10},
      {"octahedral", up + down + ring(4, 90.0), 1e-12},
      {"pentagonal pyramidal", up + ring(5, 90.0), 1e-12},
      {"hexagonal pyramidal", up + ring(6, 90.0), 1e-12},
      {"pentagonal bipyramidal", up + down + ring(5, 90.0), 1e-12},
      {"body-centered cubic", cube, 1e-6},
      {"hexagonal bipyramidal", up + down + ring(6, 90.0), 1e-12},
      {"cuboctahedral", cuboctahedron, 1e-4},
  };
  std::mt19937 random(1);
  std::size_t n_names = 0;
  for (const Case& one : cases) {
    const auto& names = order_parameter_names(static_cast<int>(one.directions.size()));
    const auto place = std::find(names.begin(), names.end(), std::string(one.name)) - names.begin();
    ASSERT_LT(place, static_cast<std::ptrdiff_t>(names.size())) << one.name;
    for (int trial = 0; trial < 5; ++trial) {
      const auto found = values(turned(random, one.directions));
      EXPECT_NEAR(found[static_cast<std::size_t>(place)], 1.0, one.tolerance + 1e-9) << one.name;
      // No other motif fits better; a trigonal pyramid is as good a see-saw.
      for (std::size_t p = 0; p < found.size(); ++p) {
        if (names[p][0] != 'q') {
          EXPECT_LE(found[p], found[static_cast<std::size_t>(place)] + 1e-9) << one.name << " " << names[p];
        }
      }
    }
    ++n_names;
  }
  EXPECT_EQ(n_names, 25u);
  // Steinhardt, Nelson & Ronchetti, table I: fcc.
  const auto fcc = values(cuboctahedron);
  EXPECT_NEAR(fcc[1], 0.0, 1e-7);
  EXPECT_NEAR(fcc[2], 0.1909407, 1e-6);
  EXPECT_NEAR(fcc[3], 0.5745243, 1e-6);
}

TEST(OrderParameters, DoNotDependOnOrderOrOrientation) {
  std::mt19937 random(2);
  for (int n = 1; n <= most_neighbors_of_order; ++n)
    for (int trial = 0; trial < 10; ++trial) {
      Directions directions;
      for (int k = 0; k < n; ++k) directions.emplace_back(random_rotation(random) * Vec3::UnitX());
      const auto before = values(directions), after = values(turned(random, directions));
      for (std::size_t p = 0; p < before.size(); ++p) {
        EXPECT_NEAR(before[p], after[p], 1e-9) << order_parameter_names(n)[p];
        EXPECT_LE(before[p], 1.0 + 1e-12);
        if (std::string(order_parameter_names(n)[p]) != "body-centered cubic") {
          EXPECT_GE(before[p], 0.0);
        }
      }
    }
}

TEST(OrderParameters, RanksSayWhoseViewCounts) {
  std::mt19937 random(3);
  Directions directions;
  for (int k = 0; k < 8; ++k) directions.emplace_back(random_rotation(random) * Vec3::UnitX());
  const int same[8] = {}, rising[8] = {0, 1, 2, 3, 4, 5, 6, 7}, falling[8] = {7, 6, 5, 4, 3, 2, 1, 0};
  const double mean = values(directions)[0], one = values(directions, rising)[0],
               other = values(directions, falling)[0];
  EXPECT_EQ(values(directions, same)[0], mean);
  EXPECT_NEAR(0.5 * (one + other), mean, 1e-12);
  EXPECT_GT(std::abs(one - other), 1e-6);
}

TEST(OrderParameters, NoneForOtherNumbersOfNeighbors) {
  for (const int n : {-1, 0, 13, 100}) EXPECT_TRUE(order_parameter_names(n).empty());
  double untouched = 7.0;
  order_parameters(nullptr, 13, &untouched);
  order_parameters(nullptr, 0, &untouched);
  EXPECT_EQ(untouched, 7.0);
}

}  // namespace
