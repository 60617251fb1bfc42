#include "neighbor/crystal_graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>
#include <string>
#include <tuple>

#include "core/error.hpp"
#include "crystal/formats/xyz/extended_xyz.hpp"

namespace spinel {
namespace {

using Edge = std::tuple<double, int, Int3>;  // distance, neighbor, image

struct Crystal {
  std::string name;
  Mat3 cell;
  std::vector<Vec3> position;
  std::array<bool, 3> periodic = {true, true, true};
};

/// All neighbors of an atom by trying every image that could be within the radius, nearest first.
std::vector<Edge> brute_force(const Crystal& c, std::size_t i, double radius) {
  Int3 reach{};
  Vec3 spread = Vec3::Zero();
  for (const Vec3& r : c.position) spread = spread.cwiseMax((r - c.position[i]).cwiseAbs());
  // |n_k| ≤ (radius + distance) / height, the height over the other periodic vectors only.
  for (int k = 0; k < 3; ++k) {
    if (!c.periodic[static_cast<std::size_t>(k)]) continue;
    Eigen::Matrix<double, 3, Eigen::Dynamic> others(3, 0);
    for (int m = 0; m < 3; ++m)
      if (m != k && c.periodic[static_cast<std::size_t>(m)]) {
        others.conservativeResize(Eigen::NoChange, others.cols() + 1);
        others.rightCols(1) = c.cell.row(m).transpose();
      }
    Vec3 normal = c.cell.row(k).transpose();
    if (others.cols() > 0) normal -= others * others.colPivHouseholderQr().solve(normal);
    reach[static_cast<std::size_t>(k)] = static_cast<int>((radius + spread.norm()) / normal.norm()) + 1;
  }
  std::vector<Edge> edges;
  for (std::size_t j = 0; j < c.position.size(); ++j)
    for (int a = -reach[0]; a <= reach[0]; ++a)
      for (int b = -reach[1]; b <= reach[1]; ++b)
        for (int d = -reach[2]; d <= reach[2]; ++d) {
          if (j == i && a == 0 && b == 0 && d == 0) continue;
          const Vec3 r = c.position[j] + c.cell.transpose() * Vec3(a, b, d) - c.position[i];
          if (r.norm() <= radius) edges.emplace_back(r.norm(), static_cast<int>(j), Int3{a, b, d});
        }
  std::sort(edges.begin(), edges.end());
  return edges;
}

CrystalGraph graph_of(const Crystal& c, const GraphSettings& settings) {
  return crystal_graph(c.cell, c.position[0].data(), static_cast<std::int64_t>(c.position.size()), settings,
                       c.periodic);
}

Mat3 cell_of(std::initializer_list<double> rows) {
  Mat3 cell;
  std::copy(rows.begin(), rows.end(), cell.transpose().data());
  return cell;
}

std::vector<Crystal> crystals() {
  std::vector<Crystal> all = {
      {"one atom, simple cubic", cell_of({2.5, 0, 0, 0, 2.5, 0, 0, 0, 2.5}), {{0.1, 0.2, 0.3}}},
      {"one atom, fcc", cell_of({0, 1.8, 1.8, 1.8, 0, 1.8, 1.8, 1.8, 0}), {{0, 0, 0}}},
      {"a tiny cell", cell_of({0.9, 0, 0, 0.3, 1.1, 0, 0.2, 0.4, 1.0}), {{0, 0, 0}, {0.4, 0.5, 0.3}}},
      {"a needle", cell_of({1.4, 0, 0, 0, 1.5, 0, 0, 0, 30.0}), {{0, 0, 1}, {0.5, 0.5, 16}}},
      {"very skewed", cell_of({3.0, 0, 0, 14.2, 3.1, 0, -22.7, 17.9, 2.9}), {{0, 0, 0}, {1.1, 1.2, 1.3}}},
      {"left as files have it", cell_of({6.9, 0, 0, 4.9, 4.8, 0, 4.9, 2.0, 4.4}), {{0, 0, 0}, {25.1, -9.3, 13.2}}},
      {"atoms far outside", cell_of({3, 0, 0, 0, 3, 0, 0, 0, 3}), {{0, 0, 0}, {61.4, -30.2, 7.0}, {-5, 4, 44.4}}},
      {"slab", cell_of({2.9, 0, 0, 1.4, 2.5, 0, 0, 0, 20}), {{0, 0, 9}, {1.2, 0.7, 11}}, {true, true, false}},
      {"slab in a slanted cell",
       cell_of({2.9, 0, 0, 1.4, 2.5, 0, 9, 3, 20}),
       {{0, 0, 25}, {1, 1, -3}},
       {true, true, false}},
      {"slab along b", cell_of({3.3, 0.5, 0, 0, 15, 0, 1.0, 0, 4.0}), {{0, 5, 0}, {1, 7, 1}}, {true, false, true}},
      {"wire", cell_of({8, 0, 0, 1, 9, 0, 2.1, 0.4, 2.2}), {{4, 4, 0}, {4.5, 5, 1}}, {false, false, true}},
      {"molecule", cell_of({10, 0, 0, 0, 10, 0, 0, 0, 10}), {{5, 5, 5}, {6, 5, 5}, {5, 6.3, 5}}, {false, false, false}},
      {"lone atom", cell_of({10, 0, 0, 0, 10, 0, 0, 0, 10}), {{5, 5, 5}}, {false, false, false}},
      {"two atoms in one place", cell_of({4, 0, 0, 0, 4, 0, 0, 0, 4}), {{1, 1, 1}, {1, 1, 1}}},
  };
  std::mt19937 random(5);
  std::uniform_real_distribution<double> number(-1.0, 1.0);
  for (int n = 0; n < 40; ++n) {
    Crystal c{"random " + std::to_string(n), Mat3::Zero(), {}};
    do {
      for (double* x = c.cell.data(); x != c.cell.data() + 9; ++x) *x = 6.0 * number(random);
    } while (std::abs(c.cell.determinant()) < 10.0);
    for (int i = 0; i < 1 + n % 7; ++i)
      c.position.emplace_back(9.0 * number(random), 9.0 * number(random), 9.0 * number(random));
    for (std::size_t k = 0; k < 3; ++k) c.periodic[k] = n % 3 != 0 || number(random) > 0.0;
    all.push_back(c);
  }
  return all;
}

/// The vector of an edge from the positions as they were given.
Vec3 edge_vector(const Crystal& c, const CrystalGraph& g, std::size_t i, std::size_t e) {
  const Vec3 image(g.image[e][0], g.image[e][1], g.image[e][2]);
  return c.position[static_cast<std::size_t>(g.neighbor[e])] + c.cell.transpose() * image - c.position[i];
}

void expect_sorted_and_consistent(const Crystal& c, const CrystalGraph& g, double radius) {
  std::tuple<float, int, std::array<std::int8_t, 3>> before{};
  for (std::size_t i = 0; i < c.position.size(); ++i)
    for (auto e = static_cast<std::size_t>(g.offset[i]); e < static_cast<std::size_t>(g.offset[i + 1]); ++e) {
      if (g.distance[e] > static_cast<float>(radius)) continue;
      ASSERT_NEAR(edge_vector(c, g, i, e).norm(), g.distance[e], 1e-5);
      const std::tuple now(g.distance[e], g.neighbor[e], g.image[e]);
      if (e > static_cast<std::size_t>(g.offset[i])) {
        ASSERT_LT(before, now);
      }
      before = now;
    }
}

TEST(CrystalGraph, HoldsAllNeighborsWithinTheRadius) {
  for (const Crystal& c : crystals()) {
    SCOPED_TRACE(c.name);
    for (const double radius : {1.3017, 4.0019, 6.1037}) {
      const CrystalGraph g = graph_of(c, {radius, 0});
      ASSERT_EQ(g.offset.size(), c.position.size() + 1);
      expect_sorted_and_consistent(c, g, radius);
      for (std::size_t i = 0; i < c.position.size(); ++i) {
        // Not the edges, which ties reorder, but which there are.
        std::vector<std::pair<int, Int3>> expected, found;
        for (const auto& [d, j, image] : brute_force(c, i, radius)) expected.emplace_back(j, image);
        for (auto e = static_cast<std::size_t>(g.offset[i]); e < static_cast<std::size_t>(g.offset[i + 1]); ++e)
          found.emplace_back(g.neighbor[e], Int3{g.image[e][0], g.image[e][1], g.image[e][2]});
        std::sort(expected.begin(), expected.end());
        std::sort(found.begin(), found.end());
        ASSERT_EQ(found, expected) << "atom " << i << ", radius " << radius;
      }
    }
  }
}

TEST(CrystalGraph, HoldsTheNearestAndFillsRowsUp) {
  for (const Crystal& c : crystals()) {
    SCOPED_TRACE(c.name);
    for (const auto& [radius, k] : {std::pair{4.0, 12}, {6.5, 3}, {2.0, 40}, {6.5, 60}}) {
      const CrystalGraph g = graph_of(c, {radius, k});
      expect_sorted_and_consistent(c, g, radius);
      for (std::size_t i = 0; i < c.position.size(); ++i) {
        ASSERT_EQ(g.offset[i + 1] - g.offset[i], k);
        const auto expected = brute_force(c, i, radius);
        for (std::size_t n = 0; n < static_cast<std::size_t>(k); ++n) {
          const std::size_t e = static_cast<std::size_t>(g.offset[i]) + n;
          if (n < expected.size()) {
            ASSERT_NEAR(g.distance[e], std::get<0>(expected[n]), 1e-5);
          } else {
            ASSERT_EQ(g.neighbor[e], 0);
            ASSERT_EQ(g.image[e], (std::array<std::int8_t, 3>{0, 0, 0}));
            ASSERT_EQ(g.distance[e], static_cast<float>(radius + 1.0));
          }
        }
      }
    }
  }
}

TEST(CrystalGraph, EqualDistancesAreTakenInOrder) {
  // Eighteen atoms around one of simple cubic within 1.5 edges: six at 1, twelve at √2, of which two are to be taken.
  const CrystalGraph g = crystal_graph(2.0 * Mat3::Identity(), Vec3(0, 0, 0).eval().data(), 1, {8.0, 8});
  EXPECT_EQ(g.image[0], (std::array<std::int8_t, 3>{-1, 0, 0}));
  EXPECT_EQ(g.image[5], (std::array<std::int8_t, 3>{1, 0, 0}));
  EXPECT_EQ(g.image[6], (std::array<std::int8_t, 3>{-1, -1, 0}));
  EXPECT_EQ(g.image[7], (std::array<std::int8_t, 3>{-1, 0, -1}));
}

TEST(CrystalGraph, DoesNotDependOnTheCellThatIsChosen) {
  // Distances of the same crystal in another basis of its lattice.
  const Crystal c{"", cell_of({4.1, 0, 0, 1.0, 4.4, 0, 0.3, 0.8, 5.0}), {{0, 0, 0}, {1.9, 2.2, 2.4}}};
  Mat3 basis;
  basis << 1, 0, 0, 7, 1, 0, -11, 5, 1;
  Crystal other = c;
  other.cell = basis * c.cell;
  for (const int k : {12, 0}) {
    const CrystalGraph a = graph_of(c, {6.0, k}), b = graph_of(other, {6.0, k});
    ASSERT_EQ(a.offset, b.offset);
    for (std::size_t e = 0; e < a.distance.size(); ++e) ASSERT_NEAR(a.distance[e], b.distance[e], 1e-5);
  }
}

TEST(CrystalGraph, BadSettingsAndImagesBeyondABytes) {
  EXPECT_THROW(CrystalGraphBuilder({0.0, 12}), Error);
  EXPECT_THROW(CrystalGraphBuilder({std::nan(""), 12}), Error);
  EXPECT_THROW(CrystalGraphBuilder({8.0, -1}), Error);
  const std::vector<Vec3> far = {{0, 0, 0}, {1000, 0, 0}};
  EXPECT_THROW(crystal_graph(3.0 * Mat3::Identity(), far[0].data(), 2, {8.0, 12}), Error);
  const CrystalGraph none = crystal_graph(Mat3::Identity(), nullptr, 0, {8.0, 12});
  EXPECT_EQ(none.offset, std::vector<std::int32_t>{0});
}

TEST(CrystalGraph, RealCrystals) {
  const char* data = std::getenv("SPINEL_DATA");
  const std::string path =
      (data != nullptr ? std::string(data) : SPINEL_SOURCE_DIR "/../shared/data") + "/mp_20/test.xyz.gz";
  std::vector<Crystal> some;
  try {
    XyzReader reader(path);
    for (Structure s; reader.next(s);)
      if (some.size() < 60) some.push_back({s.info["id"], s.cell, s.position, s.periodic});
  } catch (const InputError&) {
    GTEST_SKIP() << "no " << path;
  }
  for (const Crystal& c : some) {
    SCOPED_TRACE(c.name);
    const CrystalGraph g = graph_of(c, {8.0, 12});
    expect_sorted_and_consistent(c, g, 8.0);
    for (std::size_t i = 0; i < c.position.size(); ++i) {
      const auto expected = brute_force(c, i, 8.0);
      for (std::size_t n = 0; n < 12; ++n) ASSERT_NEAR(g.distance[12 * i + n], std::get<0>(expected[n]), 1e-5);
    }
  }
}

}  // namespace
}  // namespace spinel
